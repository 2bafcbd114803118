;;; grpcline-to-grpcurl.el --- Requests as grpcurl commands  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Writes a request as a grpcurl command.

;;; Code:

(require 'cl-lib)
(require 'grpcline-block)
(require 'grpcline-params)
(require 'grpcline-shell)
(require 'grpcline-text)

(defun grpcline-to-grpcurl--target (address tls)
  "Return the words for ADDRESS; its port is for TLS if that is non-nil.
grpcurl wants a port, and has no schemes but those of gRPC's resolvers."
  (let ((host (if (string-match "\\`\\(?:https?\\|grpcs?\\)://\\([^/]*\\)/?\\'" address)
                  (match-string 1 address)
                address)))
    (cond
     ((string-prefix-p "demo:" address)
      (grpcline-problem "demo:/// is inside the worker, where grpcurl cannot call it"))
     ((string-match "\\`unix:\\(?://\\)?\\(.+\\)\\'" address)
      (list "-unix" (match-string 1 address)))
     ((or (string-search "://" host) (string-match-p ":[0-9]+\\'" host)) (list host))
     (t (list (format "%s:%d" host (if tls 443 80)))))))

(defun grpcline-to-grpcurl--tls (settings tls)
  "Return the words for TLS of SETTINGS, or for none if TLS is nil."
  (cl-flet ((with (flag key) (when-let ((value (alist-get key (car (plist-get settings :tls)))))
                               (list flag value))))
    (cond
     ((not tls) '("-plaintext"))
     ((with "" 'clientP12File)
      (grpcline-problem "grpcurl takes no PKCS#12 file: %s" (cadr (with "" 'clientP12File))))
     (t (append (and (with "" 'disableCertVerification) '("-insecure"))
                (with "-cacert" 'certFile) (with "-cert" 'clientCertFile)
                (with "-key" 'clientKeyFile) (with "-servername" 'serverName))))))

(defun grpcline-to-grpcurl--metadata (metadata)
  "Return the words for METADATA, by name."
  (cl-loop for (name . values) in (sort (copy-sequence metadata)
                                        (lambda (a b) (string< (car a) (car b))))
           append (cl-loop for value in values
                           append (list "-H" (format "%s: %s" name value)))))

(defun grpcline-to-grpcurl--schemas (settings)
  "Return the words for the schemas of SETTINGS."
  (let* ((given (plist-get settings :import-paths)) (roots (reverse given)) names)
    (dolist (path (plist-get settings :proto))
      (cond ((string-match-p "\\`https?://" path)
             (grpcline-problem "grpcurl takes no URL as a schema: %s" path))
            ((not (string-suffix-p ".proto" path))
             (grpcline-problem "grpcurl takes no folder as a schema: %s" path)))
      (let ((name (grpcline-params-import-name path given)))
        (push name names)
        (unless (seq-find (lambda (root) (equal path (grpcline-path-join root name))) given)
          (cl-pushnew (grpcline-path-folder path) roots :test #'equal))))
    (append (seq-mapcat (lambda (it) (list "-import-path" it)) (nreverse roots))
            (seq-mapcat (lambda (it) (list "-proto" it)) (reverse names))
            (when-let ((set (plist-get settings :descriptor-set))) (list "-protoset" set))
            (and (eq (plist-get settings :reflection) t)
                 (or names (plist-get settings :descriptor-set))
                 '("-use-reflection")))))

(defun grpcline-to-grpcurl--options (request)
  "Return the words for the time, the JSON and the messages of REQUEST."
  (let* ((settings (grpcline-request-settings request))
         (timeout (plist-get settings :timeout))
         (json (plist-get settings :json))
         (messages (mapcar #'car (grpcline-request-messages request))))
    (append (and timeout
                 (list "-max-time" (if (= (% timeout 1000) 0) (number-to-string (/ timeout 1000))
                                     (number-to-string (/ timeout 1000.0)))))
            (and (assq 'emitDefaults json) '("-emit-defaults"))
            (and (assq 'allowUnknownFields json) '("-allow-unknown-fields"))
            (and messages (list "-d" (string-join messages "\n"))))))

(defun grpcline-to-grpcurl--lost (settings)
  "Return the directives of SETTINGS that grpcurl has nothing for, sorted."
  (let ((json (plist-get settings :json)))
    (cl-loop for (name . value) in
             `(("compression" . ,(plist-get settings :compression))
               ("json" . ,(seq-some (lambda (it) (assq it json))
                                    '(useProtoNames enumsAsNumbers int64AsNumbers)))
               ("keep-open" . ,(plist-get settings :keep-open))
               ("proxy" . ,(plist-get settings :proxy))
               ("retry" . ,(plist-get settings :retry)))
             when value collect name)))

(defun grpcline-to-grpcurl (request)
  "Return (COMMAND . LOST) for REQUEST, which can be run.
COMMAND is one of a POSIX shell, LOST the directives that it leaves out.
Signal `grpcline-problem' if there is no such command."
  (let* ((settings (grpcline-request-settings request))
         (address (grpcline-request-address request))
         (tls (or (plist-get settings :tls) (string-match-p "\\`\\(?:https\\|grpcs\\)://" address))))
    (cons (mapconcat
           #'grpcline-shell-quote
           (append '("grpcurl")
                   (grpcline-to-grpcurl--tls settings tls)
                   (when-let ((name (plist-get settings :authority))) (list "-authority" name))
                   (grpcline-to-grpcurl--metadata
                    (grpcline-params-metadata (grpcline-request-metadata request) settings))
                   (grpcline-to-grpcurl--schemas settings)
                   (grpcline-to-grpcurl--options request)
                   (grpcline-to-grpcurl--target address tls)
                   (list (grpcline-request-method request)))
           " ")
          (grpcline-to-grpcurl--lost settings))))

(provide 'grpcline-to-grpcurl)
;;; grpcline-to-grpcurl.el ends here
