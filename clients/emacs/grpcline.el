;;; grpcline.el --- Requests of gRPC from .grpc files  -*- lexical-binding: t; -*-

;; Copyright (C) 2026 The grpcline authors

;; Author: The grpcline authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, comm
;; URL: https://github.com/grpcline/grpcline
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A mode for .grpc files: runs the request at point and shows its result, follows
;; streams, sends to them, completes from the server's schema, and marks problems by
;; Flymake.  One grpcline worker serves the whole session.

;;; Code:

(require 'cl-lib)
(require 'flymake)
(require 'grpcline-complete)
(require 'grpcline-file)
(require 'grpcline-run)
(require 'grpcline-worker)

(defcustom grpcline-kept-lines 10000
  "How many lines of messages a result keeps, the last ones."
  :type 'natnum :group 'grpcline)

;;; Results

(defvar-local grpcline--run nil "The run that this result shows.")
(defvar-local grpcline--pending nil "Lines that are not shown yet, the last first.")
(defvar-local grpcline--body nil "Where the messages begin.")
(defvar-local grpcline--timer nil "The timer that draws.")

(defvar grpcline-result-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-s") #'grpcline-send)
    (define-key map (kbd "C-c C-f") #'grpcline-complete-send)
    (define-key map (kbd "C-c C-k") #'grpcline-cancel)
    map)
  "Keys of results.")

(define-derived-mode grpcline-result-mode special-mode "gRPC-Result"
  "The result of a request of gRPC."
  (add-hook 'kill-buffer-hook #'grpcline--cancel-run nil t))

(defun grpcline--cancel-run ()
  "Cancel what this result shows."
  (when grpcline--timer (cancel-timer grpcline--timer))
  (when grpcline--run (grpcline-run-cancel grpcline--run)))

(defun grpcline--draw (buffer)
  "Show the run of BUFFER as it is now."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (setq grpcline--timer nil)
      (let* ((inhibit-read-only t)
             (lines (nreverse grpcline--pending))
             (follows (and grpcline--body (= (point) (point-max)) (> (point) grpcline--body))))
        (setq grpcline--pending nil)
        (save-excursion
          (goto-char (point-min))
          (delete-region (point-min) (or grpcline--body (point-min)))
          (insert (string-join (grpcline-run-head grpcline--run) "\n") "\n")
          (setq grpcline--body (copy-marker (point)))
          (when lines
            (when (= (point) (point-max)) (insert "\n"))
            (goto-char (point-max))
            (insert (string-join lines "\n") "\n")
            (goto-char (point-max))
            (forward-line (- grpcline-kept-lines))
            (when (> (point) (1+ grpcline--body))
              (delete-region (1+ grpcline--body) (point)))))
        (when follows (goto-char (point-max)))))))

(defun grpcline--draw-soon (buffer)
  "Draw BUFFER, at most twenty times a second."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (unless grpcline--timer
        (setq grpcline--timer (run-at-time 0.05 nil #'grpcline--draw buffer))))))

(defun grpcline--title (file request)
  "Return what REQUEST of FILE is called; later ones of a name get a number."
  (cl-flet ((base (it) (if (equal (grpcline-request-name it) "") (grpcline-request-method it)
                         (grpcline-request-name it))))
    (let ((place (cl-position request (seq-filter (lambda (it) (equal (base it) (base request)))
                                                  (grpcline-file-requests file)))))
      (if (> place 0) (format "%s (%d)" (base request) (1+ place)) (base request)))))

(defun grpcline--result-name (file request)
  "Return the name of the buffer for the result of REQUEST of FILE."
  (format "*grpcline: %s#%s*" (buffer-name) (grpcline--title file request)))

;;; Files

(defun grpcline--parse ()
  "Read this buffer."
  (grpcline-file-parse (buffer-substring-no-properties (point-min) (point-max))
                       (directory-file-name (expand-file-name default-directory))))

(defun grpcline--request (file)
  "Return the request of FILE at point."
  (or (grpcline-file-request-at file (line-number-at-pos))
      (user-error "There is no request here")))

(defvar-local grpcline--refused nil "What the last run said of a line, as (LINE . MESSAGE).")

(defun grpcline--refused-line (run)
  "Return (LINE . MESSAGE) if RUN failed for a value in its body."
  (let* ((failure (grpcline-run-failure run))
         (path (plist-get (plist-get failure :data) :path))
         (message (nth (or (grpcline-run-failed-message run) 0)
                       (grpcline-request-messages (grpcline-run-request run)))))
    (when (and path message)
      (cons (+ (nth 1 message) (grpcline-json-locate (car message) path) -1)
            (plist-get failure :message)))))

(defun grpcline--ended (source run)
  "Mark in SOURCE what RUN, which has ended, says of it."
  (when (buffer-live-p source)
    (with-current-buffer source
      (setq grpcline--refused (grpcline--refused-line run))
      (when (bound-and-true-p flymake-mode) (flymake-start)))))

(defun grpcline-run-at-point ()
  "Run the request at point and show its result."
  (interactive)
  (let* ((file (grpcline--parse))
         (request (grpcline--request file))
         (problem (car (grpcline-file-blocking file request)))
         (source (current-buffer))
         (name (grpcline--result-name file request)))
    (when problem
      (user-error "Line %d: %s" (car problem) (cdr problem)))
    (grpcline-worker)
    (let ((buffer (get-buffer-create name)))
      (with-current-buffer buffer
        (grpcline--cancel-run)
        (let ((inhibit-read-only t)) (erase-buffer))
        (grpcline-result-mode)
        (setq grpcline--run
              (cl-flet ((shown (run) (and (buffer-live-p buffer)
                                          (eq run (buffer-local-value 'grpcline--run buffer)))))
                (grpcline-run-start
                 request
                 (lambda (run) (when (shown run) (grpcline--draw-soon buffer)))
                 (lambda (run lines)
                   (when (shown run)
                     (with-current-buffer buffer
                       (dolist (line lines) (push line grpcline--pending)))
                     (grpcline--draw-soon buffer)))
                 (lambda (run) (when (shown run) (grpcline--ended source run))))))
        (grpcline--draw buffer))
      (display-buffer buffer)
      buffer)))

(defun grpcline--run-here ()
  "Return the run that this result shows, or that of the request at point."
  (or (if (derived-mode-p 'grpcline-result-mode)
          grpcline--run
        (let* ((file (grpcline--parse))
               (buffer (get-buffer (grpcline--result-name file (grpcline--request file)))))
          (and buffer (buffer-local-value 'grpcline--run buffer))))
      (user-error "Nothing was run here")))

(defun grpcline--message-at-point ()
  "Return the message of the body at point."
  (when (derived-mode-p 'grpcline-mode)
    (let ((line (line-number-at-pos)))
      (car (seq-find (pcase-lambda (`(,_ ,first ,last)) (<= first line last))
                     (grpcline-request-messages (grpcline--request (grpcline--parse))))))))

(defun grpcline-send (message)
  "Send MESSAGE, which is JSON, on the open stream of the request here.
It is the one at point, if there is one in the body."
  (interactive (list (or (grpcline--message-at-point) (read-string "Message (JSON): "))))
  (condition-case problem
      (unless (= (length (grpcline-json-split message)) 1)
        (user-error "One message is sent at a time"))
    (grpcline-json-problem (user-error "%s" (nth 2 problem))))
  (grpcline-run-send (grpcline--run-here) message))

(defun grpcline-complete-send ()
  "Tell the server that no more messages come on the stream here."
  (interactive)
  (let ((run (grpcline--run-here)))
    (unless (and (grpcline-run-live-p run) (grpcline-run-sends run))
      (user-error "There is no open stream to send to"))
    (grpcline-run-complete-send run)))

(defun grpcline-cancel ()
  "Cancel the call that runs here."
  (interactive)
  (grpcline-run-cancel (grpcline--run-here)))

(defun grpcline-restart ()
  "End the worker; the next request starts another."
  (interactive)
  (grpcline-worker-stop)
  (grpcline-complete-forget))

(defun grpcline-flymake (report &rest _)
  "A backend of Flymake that tells REPORT the problems of this buffer."
  (funcall report
           (mapcar (pcase-lambda (`(,line . ,message))
                     (pcase-let ((`(,from . ,to) (flymake-diag-region (current-buffer) line)))
                       (flymake-make-diagnostic (current-buffer) from to :error message)))
                   (append (grpcline-file-problems (grpcline--parse))
                           (and grpcline--refused (list grpcline--refused))))))

(defvar grpcline-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-c") #'grpcline-run-at-point)
    (define-key map (kbd "C-c C-s") #'grpcline-send)
    (define-key map (kbd "C-c C-f") #'grpcline-complete-send)
    (define-key map (kbd "C-c C-k") #'grpcline-cancel)
    map)
  "Keys of .grpc files.")

(defconst grpcline--font-lock
  '(("^###.*$" . font-lock-function-name-face)
    ("^[ \t]*\\(?:#\\|//\\)[ \t]*\\(@[A-Za-z0-9-]+\\)\\(.*\\)$"
     (1 font-lock-keyword-face t) (2 font-lock-string-face t))
    ("^[ \t]*\\(?:#\\|//\\).*$" . font-lock-comment-face)
    ("^[ \t]*\\(@[A-Za-z_][A-Za-z0-9_-]*\\)[ \t]*=" 1 font-lock-variable-name-face)
    ("\"\\(?:[^\"\\\n]\\|\\\\.\\)*\"" . font-lock-string-face)
    ("{{[^}\n]*}}" 0 font-lock-variable-name-face t)
    ("^[ \t]*\\([A-Za-z0-9_.-]+\\)[ \t]*:" 1 font-lock-type-face))
  "What is shown how.")

;;;###autoload
(define-derived-mode grpcline-mode prog-mode "gRPC"
  "A mode for files of requests of gRPC.

\\{grpcline-mode-map}"
  (setq-local comment-start "# ")
  (setq-local font-lock-defaults '(grpcline--font-lock t))
  (setq-local imenu-generic-expression '((nil "^###+[ \t]*\\(.+\\)$" 1)))
  (setq-local outline-regexp "###")
  (add-hook 'completion-at-point-functions #'grpcline-complete-at-point nil t)
  (setq-local flymake-diagnostic-functions (list #'grpcline-flymake))
  (add-hook 'after-change-functions (lambda (&rest _) (setq grpcline--refused nil)) nil t)
  (flymake-mode 1))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.grpc\\'" . grpcline-mode))

(provide 'grpcline)
;;; grpcline.el ends here
