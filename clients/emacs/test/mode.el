;;; mode.el --- Fails unless Emacs knows .grpc files  -*- lexical-binding: t; -*-

;;; Commentary:

;; The package is not loaded before such a file is opened.

;;; Code:

(when (featurep 'grpcline)
  (error "Installing the package has loaded it"))

(with-temp-buffer
  (setq buffer-file-name (expand-file-name "hello.grpc" temporary-file-directory))
  (set-auto-mode)
  (set-buffer-modified-p nil)
  (unless (eq major-mode 'grpcline-mode)
    (error "The mode of a .grpc file is %s" major-mode)))

(provide 'mode)
;;; mode.el ends here
