;; The look of the pictures of Emacs.  -*- lexical-binding: t; -*-
(setq inhibit-startup-screen t
      make-backup-files nil
      auto-save-default nil
      split-height-threshold nil
      split-width-threshold 80
      standard-display-table (make-display-table))
(set-display-table-slot standard-display-table 'vertical-border ?│)
(menu-bar-mode -1)
(load-theme 'modus-vivendi t)
(set-face-attribute 'default nil :background "unspecified-bg")
(set-face-attribute 'vertical-border nil :background "unspecified-bg" :foreground "#667084")
(set-face-attribute 'mode-line nil :background "#3b4252" :foreground "#d8dee9")
(set-face-attribute 'mode-line-inactive nil :background "#2e3440" :foreground "#98a2b3")
(require 'grpcline)
(setq grpcline-environment-name "dev")
