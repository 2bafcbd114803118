;;; grpcline-directives.el --- Directives of .grpc files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The directives of a .grpc file, `# @name value' lines that say how to call.
;; Settings are a plist; what a directive says wrongly is signalled as
;; `grpcline-problem', in a sentence.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-text)

(defun grpcline-directives--words (value)
  "Split VALUE at spaces; double quotes keep theirs."
  (let ((from 0) words)
    (while (string-match "\\(?:[^ \t\"]\\|\"[^\"]*\"?\\)+" value from)
      (setq from (match-end 0))
      (push (string-replace "\"" "" (match-string 0 value)) words))
    (nreverse words)))

(defconst grpcline-directives--tls-paths
  '("certFile" "clientCertFile" "clientKeyFile" "clientP12File"))

(defconst grpcline-directives--tls-names
  (append grpcline-directives--tls-paths
          '("clientP12Password" "serverName" "disableCertVerification")))

(defconst grpcline-directives--json-names
  '("useProtoNames" "emitDefaults" "enumsAsNumbers" "int64AsNumbers" "allowUnknownFields"))

;; https://grpc.io/docs/guides/status-codes/
(defconst grpcline-directives--statuses
  '("CANCELLED" "UNKNOWN" "INVALID_ARGUMENT" "DEADLINE_EXCEEDED" "NOT_FOUND"
    "ALREADY_EXISTS" "PERMISSION_DENIED" "RESOURCE_EXHAUSTED" "FAILED_PRECONDITION"
    "ABORTED" "OUT_OF_RANGE" "UNIMPLEMENTED" "INTERNAL" "UNAVAILABLE" "DATA_LOSS"
    "UNAUTHENTICATED"))

(defconst grpcline-directives-names
  '("auth" "authority" "compression" "descriptor-set" "import-path" "json" "keep-open"
    "name" "proto" "proxy" "reflection" "retry" "timeout" "tls")
  "The directives there are, sorted.")

(defun grpcline-directives--tls (value folder)
  "Read the TLS settings VALUE; paths start at FOLDER."
  (let (tls)
    (dolist (word (grpcline-directives--words value))
      (let* ((at (string-search "=" word))
             (name (substring word 0 at))
             (setting (if at (substring word (1+ at)) "")))
        (unless (member name grpcline-directives--tls-names)
          (grpcline-problem "there is no TLS setting \"%s\"%s" name
                            (grpcline-hint name grpcline-directives--tls-names)))
        (push (cons (intern name)
                    (cond ((equal name "disableCertVerification") t)
                          ((equal setting "")
                           (grpcline-problem "%s needs a value: %s=…" name name))
                          ((member name grpcline-directives--tls-paths)
                           (grpcline-path-join folder setting))
                          (t setting)))
              tls)))
    (unless (eq (null (assq 'clientCertFile tls)) (null (assq 'clientKeyFile tls)))
      (grpcline-problem "clientCertFile and clientKeyFile go together"))
    tls))

(defun grpcline-directives--json (value)
  "Read the JSON options VALUE."
  (mapcar (lambda (word)
            (unless (member word grpcline-directives--json-names)
              (grpcline-problem "there is no JSON option \"%s\"%s" word
                                (grpcline-hint word grpcline-directives--json-names)))
            (cons (intern word) t))
          (grpcline-directives--words value)))

(defun grpcline-directives--timeout (value)
  "Read the time VALUE, in milliseconds."
  (let* ((case-fold-search nil)
         (factor (and (string-match "\\`\\([0-9]+\\)\\(ms\\|[smh]\\)\\'" value)
                      (cdr (assoc (match-string 2 value)
                                  '(("ms" . 1) ("s" . 1000) ("m" . 60000) ("h" . 3600000)))))))
    (unless factor
      (grpcline-problem "a timeout is a whole number with ms, s, m or h, such as 5s"))
    (* factor (string-to-number (match-string 1 value)))))

(defun grpcline-directives--auth (value)
  "Read the value of `authorization' from VALUE; it is empty for none."
  (pcase (grpcline-directives--words value)
    ('("none") "")
    (`("bearer" ,token) (concat "Bearer " token))
    (`("basic" ,user ,password)
     (concat "Basic " (base64-encode-string
                       (encode-coding-string (concat user ":" password) 'utf-8) t)))
    (_ (grpcline-problem "# @auth is bearer TOKEN, basic USER PASSWORD, or none"))))

(defun grpcline-directives--retry (value)
  "Read (COUNT . STATUSES), how often is tried again after which, from VALUE."
  (pcase-let ((`(,count . ,statuses) (grpcline-directives--words value)))
    (unless (and count (string-match-p "\\`[1-4]\\'" count))
      (grpcline-problem "a retry is a number of further attempts, 1 to 4, then names of statuses"))
    (dolist (name statuses)
      (unless (member name grpcline-directives--statuses)
        (grpcline-problem "there is no status \"%s\"%s" name
                          (grpcline-hint name grpcline-directives--statuses))))
    (cons (string-to-number count) (or statuses '("UNAVAILABLE")))))

(defun grpcline-directives-read (settings name value folder)
  "Return SETTINGS with the directive NAME of VALUE; paths start at FOLDER."
  (cl-flet ((put (key it) (plist-put settings key it))
            (add (key it) (plist-put settings key (append (plist-get settings key) (list it))))
            (need (what) (when (equal value "") (grpcline-problem "# @%s needs %s" name what))))
    (pcase name
      ("proto" (need "a path")
       (add :proto (if (string-match-p "\\`https?://" value) value
                     (grpcline-path-join folder value))))
      ("import-path" (need "a path") (add :import-paths (grpcline-path-join folder value)))
      ("descriptor-set" (need "a path") (put :descriptor-set (grpcline-path-join folder value)))
      ("reflection"
       (unless (member value '("true" "false"))
         (grpcline-problem "# @reflection is true or false"))
       (put :reflection (if (equal value "true") t :json-false)))
      ("tls" (put :tls (list (grpcline-directives--tls value folder))))
      ("json" (put :json (grpcline-directives--json value)))
      ("timeout" (put :timeout (grpcline-directives--timeout value)))
      ("compression" (need "a name, such as gzip") (put :compression value))
      ("authority" (need "a name") (put :authority value))
      ("keep-open" (put :keep-open t))
      ("auth" (put :auth (grpcline-directives--auth value)))
      ("retry" (put :retry (grpcline-directives--retry value)))
      ("proxy"
       (unless (or (equal value "none") (string-match-p "\\`https?://." value))
         (grpcline-problem "a proxy is an http:// or https:// URL, or none"))
       (put :proxy (if (equal value "none") "" value)))
      ("name" settings) ; The file's reader has read it.
      (_ (grpcline-problem "there is no directive \"%s\"%s" name
                           (grpcline-hint name grpcline-directives-names))))))

(defun grpcline-directives-adds-up-p (name)
  "Whether a request's own directives NAME are added to those of the file."
  (member name '("proto" "import-path")))

(defun grpcline-directives-merge (file own)
  "Return the settings OWN of a request over those of its FILE; schemas add up."
  (let ((merged (copy-sequence file)))
    (cl-loop for (key value) on own by #'cddr
             do (setq merged (plist-put merged key
                                        (if (memq key '(:proto :import-paths))
                                            (append (plist-get file key) value)
                                          value))))
    merged))

(provide 'grpcline-directives)
;;; grpcline-directives.el ends here
