;;; grpcline-from-grpcurl.el --- grpcurl commands as requests  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Reads a grpcurl command as a request.  What makes it none is signalled as
;; `grpcline-problem'.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-json)
(require 'grpcline-json-text)
(require 'grpcline-shell)
(require 'grpcline-text)

;; The flags of github.com/fullstorydev/grpcurl, cmd/grpcurl.
(defconst grpcline-from-grpcurl--switches
  '("plaintext" "insecure" "emit-defaults" "allow-unknown-fields" "use-reflection"
    "expand-headers" "unix" "v" "vv" "msg-template" "format-error" "alts")
  "Flags that stand alone.")

(defconst grpcline-from-grpcurl--valued
  '("cacert" "cert" "key" "servername" "authority" "H" "rpc-header" "reflect-header"
    "import-path" "proto" "protoset" "max-time" "d" "format" "connect-timeout"
    "keepalive-time" "max-msg-sz" "user-agent" "alts-handshaker-service"
    "alts-target-service-account" "protoset-out" "proto-out-dir")
  "Flags with a value.")

(defconst grpcline-from-grpcurl--lost
  '("alts" "alts-handshaker-service" "alts-target-service-account" "connect-timeout"
    "keepalive-time" "max-msg-sz" "user-agent")
  "Flags that a request has nothing for and that change it.")

(defun grpcline-from-grpcurl--read (words)
  "Read WORDS, the arguments, as (FLAGS . REST).
FLAGS is an alist of the values by name, in their order."
  (let (flags)
    (while (and words (string-match "\\`--?\\([A-Za-z][A-Za-z0-9_-]*\\)\\(?:=\\(\\(?:.\\|\n\\)*\\)\\)?\\'"
                                    (car words)))
      (let ((name (match-string 1 (car words))) (value (match-string 2 (pop words))))
        (cond
         ((member name grpcline-from-grpcurl--switches)
          (unless (equal value "false") (push (list name "true") flags)))
         ((not (member name grpcline-from-grpcurl--valued))
          (grpcline-problem "grpcurl has no flag -%s" name))
         ((not (or value words)) (grpcline-problem "-%s has no value" name))
         (t (push (list name (or value (pop words))) flags)))))
    (cons (cl-loop for name in (delete-dups (mapcar #'car (reverse flags)))
                   collect (cons name (cl-loop for (other value) in (reverse flags)
                                               when (equal other name) collect value)))
          words)))

(defun grpcline-from-grpcurl--all (flags name)
  "Return the values of NAME among FLAGS."
  (cdr (assoc name flags)))

(defun grpcline-from-grpcurl--last (flags name)
  "Return the value of NAME among FLAGS that counts, the last one."
  (car (last (grpcline-from-grpcurl--all flags name))))

(defun grpcline-from-grpcurl--tls (flags)
  "Return the line for TLS of its own among FLAGS, or nil."
  (let ((settings
         (append (cl-loop for (name . flag) in '(("certFile" . "cacert") ("clientCertFile" . "cert")
                                                 ("clientKeyFile" . "key") ("serverName" . "servername"))
                          for value = (grpcline-from-grpcurl--last flags flag)
                          when value
                          collect (format (if (string-match-p "[ \t]" value) "%s=\"%s\"" "%s=%s")
                                          name value))
                 (and (assoc "insecure" flags) '("disableCertVerification")))))
    (and settings (concat "# @tls " (string-join settings " ")))))

(defun grpcline-from-grpcurl--timeout (flags)
  "Return the time of FLAGS as a directive has it, or nil."
  (let ((ms (round (* 1000 (string-to-number (or (grpcline-from-grpcurl--last flags "max-time") "0"))))))
    (cond ((<= ms 0) nil)
          ((= (% ms 1000) 0) (format "%ds" (/ ms 1000)))
          (t (format "%dms" ms)))))

(defun grpcline-from-grpcurl--directives (flags)
  "Return the lines of directives for FLAGS, but for TLS."
  (cl-flet ((all (name flag) (mapcar (lambda (it) (format "# @%s %s" name it))
                                     (grpcline-from-grpcurl--all flags flag)))
            (one (name value) (and value (list (format "# @%s %s" name value)))))
    (append (all "import-path" "import-path")
            (all "proto" "proto")
            (all "descriptor-set" "protoset")
            (one "reflection" (and (assoc "use-reflection" flags) "true"))
            (one "authority" (grpcline-from-grpcurl--last flags "authority"))
            (one "timeout" (grpcline-from-grpcurl--timeout flags))
            (when-let ((options (append (and (assoc "emit-defaults" flags) '("emitDefaults"))
                                        (and (assoc "allow-unknown-fields" flags)
                                             '("allowUnknownFields")))))
              (one "json" (string-join options " "))))))

(defun grpcline-from-grpcurl--metadata (flags)
  "Return the lines of metadata for FLAGS, each once."
  (mapcar (lambda (header)
            (string-match "\\`\\([^:]*\\):?[ \t]*\\(\\(?:.\\|\n\\)*\\)\\'" header)
            (let ((name (match-string 1 header)) (value (match-string 2 header)))
              (format "%s: %s" (string-trim name)
                      (if (assoc "expand-headers" flags)
                          (replace-regexp-in-string "\\${\\([A-Za-z0-9_]+\\)}" "{{$env \\1}}" value t)
                        value))))
          (delete-dups (seq-mapcat (lambda (it) (copy-sequence (grpcline-from-grpcurl--all flags it)))
                                   '("H" "rpc-header" "reflect-header")))))

(defun grpcline-from-grpcurl--address (target flags tls-line)
  "Return the lines for TARGET by FLAGS.
If TLS-LINE is nil, they say whether TLS is used."
  (let ((tls (not (or tls-line (assoc "plaintext" flags))))
        (unix (assoc "unix" flags)))
    (if (and tls (not unix) (not (string-search "://" target)))
        (list (concat "https://" target))
      (append (and tls '("# @tls"))
              (list (if unix (concat "unix:" (if (string-prefix-p "/" target) "//" "") target)
                      target))))))

(defun grpcline-from-grpcurl--body (data)
  "Return the lines for the messages of DATA, what -d has."
  (unless (member data '(nil "@"))
    (condition-case problem
        (when-let ((messages (grpcline-json-split data)))
          (cons "" (seq-mapcat (lambda (it) (grpcline-json-lines (car it))) messages)))
      (grpcline-json-problem (grpcline-problem "-d: %s" (nth 2 problem))))))

(defun grpcline-from-grpcurl--lost (flags)
  "Return which of FLAGS a request has nothing for, sorted."
  (sort (append (seq-filter (lambda (it) (member it grpcline-from-grpcurl--lost)) (mapcar #'car flags))
                (and (equal (grpcline-from-grpcurl--last flags "d") "@") (list "d")))
        #'string<))

(defun grpcline-from-grpcurl--arguments (command)
  "Return the arguments of COMMAND, as the words behind grpcurl itself."
  (let ((words (grpcline-shell-words (string-trim command))))
    (when (equal (car words) "$") (pop words))
    (unless (string-match-p "\\`\\(?:\\(?:.\\|\n\\)*[/\\]\\)?grpcurl\\(?:\\.exe\\)?\\'" (or (car words) ""))
      (grpcline-problem "this is not a grpcurl command"))
    (cdr words)))

(defun grpcline-from-grpcurl (command)
  "Return (TEXT . LOST) for COMMAND, read as a POSIX shell does.
TEXT is a request of a .grpc file, LOST the flags that it leaves out."
  (pcase-let* ((`(,flags . ,rest) (grpcline-from-grpcurl--read
                                   (grpcline-from-grpcurl--arguments command)))
               (`(,target ,symbol) rest)
               (tls (grpcline-from-grpcurl--tls flags)))
    (when (or (/= (length rest) 2) (member symbol '("list" "describe")))
      (grpcline-problem "a call is grpcurl FLAGS ADDRESS package.Service/Method"))
    (when (equal (grpcline-from-grpcurl--last flags "format") "text")
      (grpcline-problem "-format text: a body is JSON"))
    (let ((method (if (string-search "/" symbol) symbol
                    (replace-regexp-in-string "\\.\\([^.]*\\)\\'" "/\\1" symbol))))
      (cons (string-join
             (append (list (concat "### " (car (last (split-string method "/")))))
                     (grpcline-from-grpcurl--directives flags)
                     (and tls (list tls))
                     (grpcline-from-grpcurl--address target flags tls)
                     (grpcline-from-grpcurl--metadata flags)
                     (list "" method)
                     (grpcline-from-grpcurl--body (grpcline-from-grpcurl--last flags "d")))
             "\n")
            (grpcline-from-grpcurl--lost flags)))))

(provide 'grpcline-from-grpcurl)
;;; grpcline-from-grpcurl.el ends here
