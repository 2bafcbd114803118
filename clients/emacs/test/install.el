;;; install.el --- Installs the package as a user does  -*- lexical-binding: t; -*-

;;; Commentary:

;; Installs the tar that is given into the home folder, which is empty, byte-compiled
;; without a warning, and proves that Emacs then knows .grpc files by the autoloads
;; alone.

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

(when (featurep 'grpcline)
  (error "Installing the package has loaded it"))
(with-temp-buffer
  (setq buffer-file-name (expand-file-name "hello.grpc" temporary-file-directory))
  (set-auto-mode)
  (set-buffer-modified-p nil)
  (unless (eq major-mode 'grpcline-mode)
    (error "The mode of a .grpc file is %s" major-mode)))

(provide 'install)
;;; install.el ends here
