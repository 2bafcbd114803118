;;; grpcline.el --- Requests of gRPC from .grpc files  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The grpcline authors

;; Author: The grpcline authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, comm
;; URL: https://github.com/grpcline/grpcline
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A mode for .grpc files: runs requests, one or all, and shows their results, follows
;; streams, sends to them, completes from the server's schema, and marks problems by
;; Flymake.  Variables come from environment files and from earlier answers.  One grpcline
;; worker serves the whole session.

;;; Code:

(require 'easymenu)
(require 'outline)
(require 'grpcline-actions)
(require 'grpcline-complete)
(require 'grpcline-flymake)
(require 'grpcline-options)
(require 'grpcline-runs)
(require 'grpcline-view)
(require 'grpcline-worker)

(defvar grpcline-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-c") #'grpcline-run-at-point)
    (define-key map (kbd "C-c C-a") #'grpcline-run-all)
    (define-key map (kbd "C-c C-r") #'grpcline-show)
    (define-key map (kbd "C-c C-l") #'grpcline-history)
    (define-key map (kbd "C-c C-e") #'grpcline-choose-environment)
    (define-key map (kbd "C-c C-s") #'grpcline-send)
    (define-key map (kbd "C-c C-f") #'grpcline-complete-send)
    (define-key map (kbd "C-c C-k") #'grpcline-cancel)
    (define-key map (kbd "C-c C-t") #'grpcline-template)
    (define-key map (kbd "C-c C-w") #'grpcline-copy-grpcurl)
    (define-key map (kbd "C-c C-y") #'grpcline-paste-grpcurl)
    map)
  "Keys of .grpc files.")

;; Results have the keys that act on what they show, and g as other results in Emacs.
(dolist (key '("C-c C-c" "C-c C-a" "C-c C-r" "C-c C-l" "C-c C-e" "C-c C-s" "C-c C-f" "C-c C-k"
               "C-c C-w"))
  (define-key grpcline-result-mode-map (kbd key) (lookup-key grpcline-mode-map (kbd key))))
(define-key grpcline-result-mode-map (kbd "g") #'grpcline-run-at-point)
(define-key grpcline-result-mode-map (kbd "RET") #'grpcline-visit)

(easy-menu-define grpcline-menu grpcline-mode-map
  "The menu of .grpc files."
  '("gRPC"
    ["Run the request at point" grpcline-run-at-point]
    ["Run all requests" grpcline-run-all]
    ["Show the result" grpcline-show]
    ["Earlier results…" grpcline-history]
    ["Choose the environment…" grpcline-choose-environment]
    "---"
    ["Send a message" grpcline-send]
    ["Complete sending" grpcline-complete-send]
    ["Cancel" grpcline-cancel]
    "---"
    ["Insert a request with every field" grpcline-template]
    ["Copy as grpcurl command" grpcline-copy-grpcurl]
    ["Paste grpcurl command" grpcline-paste-grpcurl]
    "---"
    ["Restart the worker" grpcline-restart]
    ["Which worker it is" grpcline-info]))

(defconst grpcline--font-lock
  '(("^###.*$" . font-lock-function-name-face)
    ("^[ \t]*\\(#\\|//\\)[ \t]*\\(@[A-Za-z0-9-]+\\)\\(.*\\)$"
     (1 font-lock-comment-delimiter-face) (2 font-lock-keyword-face) (3 font-lock-string-face))
    ("^[ \t]*\\(?:#\\|//\\).*$" . font-lock-comment-face)
    ("^[ \t]*\\(@[A-Za-z_][A-Za-z0-9_-]*\\)[ \t]*=" 1 font-lock-variable-name-face)
    ("\\(\"\\(?:[^\"\\\n]\\|\\\\.\\)*\"\\)[ \t]*:" 1 font-lock-variable-name-face)
    ("\"\\(?:[^\"\\\n]\\|\\\\.\\)*\"" . font-lock-string-face)
    ("{{[^}\n]*}}" 0 font-lock-variable-name-face t)
    ("\\_<\\(?:true\\|false\\|null\\)\\_>" . font-lock-constant-face)
    ("^[ \t]*/?\\([A-Za-z0-9_.]+\\)/\\([A-Za-z0-9_]+\\)[ \t]*$"
     (1 font-lock-type-face) (2 font-lock-function-name-face))
    ("^[ \t]*\\([A-Za-z0-9_.-]+\\)[ \t]*:\\(?:[^/]\\|$\\)" 1 font-lock-type-face))
  "What is shown how.")

(defvar grpcline-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?' "." table)
    table)
  "Strings and brackets of JSON.")

(defun grpcline-mode-line ()
  "Return what the mode line tells: environment, worker, and how many requests run."
  (let* ((running (grpcline-runs-count))
         (parts (delq nil (list grpcline-environment-name
                                (grpcline-worker-state)
                                (and (> running 0) (format "%d running" running))))))
    (if parts (concat "[" (string-join parts ", ") "]") "")))

;;;###autoload
(define-derived-mode grpcline-mode prog-mode "gRPC"
  "A mode for files of requests of gRPC.

\\{grpcline-mode-map}"
  (setq-local comment-start "# ")
  (setq-local font-lock-defaults '(grpcline--font-lock t))
  (setq-local imenu-generic-expression '((nil "^###+[ \t]*\\(.+\\)$" 1)))
  (setq-local outline-regexp "###")
  (setq mode-line-process '(:eval (string-replace "%" "%%" (grpcline-mode-line))))
  (add-hook 'completion-at-point-functions #'grpcline-complete-at-point nil t)
  (add-hook 'eldoc-documentation-functions #'grpcline-complete-eldoc nil t)
  (outline-minor-mode 1)
  (grpcline-flymake-setup))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.grpc\\'" . grpcline-mode))

(provide 'grpcline)
;;; grpcline.el ends here
