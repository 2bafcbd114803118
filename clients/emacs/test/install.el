;;; install.el --- Installs the package as a user does  -*- lexical-binding: t; -*-

;;; Commentary:

;; Installs the tar that is given into the home folder, which is empty, and fails if a
;; file is not byte-compiled or has a warning.

;;; Code:

(require 'package)

(defvar byte-compile-error-on-warn)

(setq byte-compile-error-on-warn t)
(package-initialize)
(let ((inhibit-message t))
  (package-install-file (expand-file-name (pop command-line-args-left))))

(let* ((folder (package-desc-dir (cadr (assq 'grpcline package-alist))))
       (missing (seq-remove
                 (lambda (file) (file-exists-p (concat file "c")))
                 (directory-files folder t "\\`grpcline.*\\.el\\'"))))
  (dolist (file missing)
    (unless (string-suffix-p "-autoloads.el" file)
      (with-current-buffer "*Compile-Log*"
        (error "%s was not compiled:\n%s" file (buffer-string))))))

(provide 'install)
;;; install.el ends here
