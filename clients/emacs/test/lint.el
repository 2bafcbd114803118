;;; lint.el --- Checks files of the package  -*- lexical-binding: t; -*-

;;; Commentary:

;; Checks the files that are given by checkdoc, and by package-lint if it is there; CI
;; must have it.

;;; Code:

(require 'checkdoc)
(require 'package)

(defvar package-lint-main-file)
(declare-function package-lint-buffer "package-lint")

;; Where Debian's elpa-package-lint is.
(add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
(package-initialize)

(defvar lint-found 0 "How many problems were found.")

(defun lint-tell (file line message)
  "Tell that LINE of FILE has the problem MESSAGE."
  (setq lint-found (1+ lint-found))
  (message "%s:%s: %s" file line message))

(defun lint-docstrings (file)
  "Check the docstrings of FILE."
  (let ((checkdoc-verb-check-experimental-flag nil) ; It takes any verb for the first one.
        (checkdoc-create-error-function
         (lambda (text start _end &optional _unfixable)
           (lint-tell file (if start (line-number-at-pos start) 1) text)
           nil)))
    (checkdoc-current-buffer t)))

(defun lint-package (file)
  "Check FILE by package-lint."
  (pcase-dolist (`(,line ,_ ,_ ,message) (package-lint-buffer))
    ;; Debian 12 has Emacs 28 and a package-lint that does not know of it yet.
    (unless (string-match-p "\\`This makes the package uninstallable in all released" message)
      (lint-tell file line message))))

(let ((linted (require 'package-lint nil t)))
  (unless (or linted (not (getenv "CI")))
    (error "There is no package-lint"))
  (setq package-lint-main-file (expand-file-name "grpcline.el"))
  (dolist (file command-line-args-left)
    (with-current-buffer (find-file-noselect file)
      (lint-docstrings file)
      (when linted (lint-package file)))))

(setq command-line-args-left nil)
(unless (= lint-found 0) (kill-emacs 1))

(provide 'lint)
;;; lint.el ends here
