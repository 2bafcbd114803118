;;; grpcline-lines.el --- Lines of .grpc files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; What a line of a .grpc file is, by its first characters.

;;; Code:

(require 'subr-x)
(require 'grpcline-text)

(defconst grpcline-lines-identifier "[A-Za-z_][A-Za-z0-9_-]*"
  "A name of a variable or a request.")

(defun grpcline-lines-identifier-p (text)
  "Whether TEXT is a name of a variable or a request."
  (string-match-p (concat "\\`" grpcline-lines-identifier "\\'") text))

(defun grpcline-lines-classify (text)
  "Return what the line TEXT is: (KIND NAME VALUE).
KIND is `separator', `blank', `directive', `comment', `variable', `bad-variable'
or `content'."
  (let ((line (grpcline-text-trim text)) (case-fold-search nil))
    (cond
     ((string-prefix-p "###" text)
      (list 'separator (grpcline-text-trim (string-trim-left text "#+"))))
     ((equal line "") '(blank))
     ((string-match "\\`\\(?:#\\|//\\)[ \t]*@\\([A-Za-z0-9-]+\\)[ \t]*\\(.*\\)\\'" line)
      (list 'directive (match-string 1 line) (match-string 2 line)))
     ((string-match-p "\\`\\(?:#\\|//\\)" line) '(comment))
     ((string-match (concat "\\`@\\(" grpcline-lines-identifier "\\)[ \t]*=[ \t]*\\(.*\\)\\'") line)
      (list 'variable (match-string 1 line) (match-string 2 line)))
     ((string-prefix-p "@" line) '(bad-variable))
     (t '(content)))))

(defun grpcline-lines-metadata (text)
  "Split the metadata line TEXT into (NAME . VALUE); nil if it is none."
  (when (string-match "\\`[ \t]*\\([A-Za-z0-9_.-]+\\)[ \t]*:\\(.*\\)\\'" text)
    (cons (downcase (match-string 1 text)) (grpcline-text-trim (match-string 2 text)))))

(provide 'grpcline-lines)
;;; grpcline-lines.el ends here
