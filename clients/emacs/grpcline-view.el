;;; grpcline-view.el --- The buffer of a result  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A buffer that shows a result as it comes: a head that changes, and lines that are
;; added below.  It is drawn at most twenty times a second.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-options)

(defvar-local grpcline-view--head nil "A function that returns the lines of the head.")
(defvar-local grpcline-view--pending nil "Lines that are not shown yet, the last first.")
(defvar-local grpcline-view--body nil "Where the head ends.")
(defvar-local grpcline-view--timer nil "The timer that draws.")

(defvar grpcline-result-mode-map (make-sparse-keymap)
  "Keys of results.")

(defconst grpcline-view--font-lock
  '(("\\`\\(?:OK\\|open\\|half-closed\\|running\\)\\_>" . font-lock-keyword-face)
    ("^\\(?:OK\\)  " . font-lock-keyword-face)
    ("^\\(?:[A-Z_]+ ([0-9]+)\\|FAILED\\)  " . font-lock-warning-face)
    ("^\\(?:details\\|headers\\|trailers\\)$" . font-lock-function-name-face)
    ("^  \\([a-z0-9_.-]+\\): " 1 font-lock-type-face)
    ("^[→←]" . font-lock-builtin-face)
    ("^! not sent" . font-lock-warning-face)
    ("\\(\"\\(?:[^\"\\\n]\\|\\\\.\\)*\"\\)[ \t]*:" 1 font-lock-variable-name-face)
    ("\"\\(?:[^\"\\\n]\\|\\\\.\\)*\"" . font-lock-string-face)
    ("\\_<\\(?:true\\|false\\|null\\)\\_>" . font-lock-constant-face))
  "What is shown how.")

(defun grpcline-view-state ()
  "Return the state and the counts of this result, for its header line."
  (save-excursion
    (goto-char (point-min))
    (let ((line (buffer-substring-no-properties (point) (line-end-position))))
      (pcase (split-string line "  " t)
        (`(,state ,method ,_ ,counts) (string-join (list state counts method) "  "))
        (_ line)))))

(define-derived-mode grpcline-result-mode special-mode "gRPC-Result"
  "The result of a request of gRPC.

\\{grpcline-result-mode-map}"
  (setq-local font-lock-defaults '(grpcline-view--font-lock t))
  (visual-line-mode 1)
  ;; A percent sign of a method or an address is no construct of the mode line.
  (setq header-line-format '(:eval (string-replace "%" "%%" (grpcline-view-state)))))

(defun grpcline-view--trim ()
  "Delete the first lines below the head that are too many."
  (goto-char (point-max))
  (forward-line (- grpcline-kept-lines))
  (when (> (point) (1+ grpcline-view--body))
    (delete-region (1+ grpcline-view--body) (point))))

(defun grpcline-view-draw (buffer)
  "Show in BUFFER what has changed.  Windows at its end follow it."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (when (timerp grpcline-view--timer) (cancel-timer grpcline-view--timer))
      (setq grpcline-view--timer nil)
      (let* ((inhibit-read-only t)
             (body (or grpcline-view--body (point-min)))
             (lines (nreverse grpcline-view--pending))
             (at-end (lambda (place) (and (= place (point-max)) (> place body))))
             (follows (funcall at-end (point)))
             (windows (seq-filter (lambda (it) (funcall at-end (window-point it)))
                                  (get-buffer-window-list buffer nil t))))
        (setq grpcline-view--pending nil)
        (save-excursion
          (goto-char (point-min))
          (delete-region (point-min) body)
          (insert (string-join (funcall grpcline-view--head) "\n") "\n")
          (setq grpcline-view--body (copy-marker (point)))
          (when lines
            (when (= (point) (point-max)) (insert "\n"))
            (goto-char (point-max))
            (insert (string-join lines "\n") "\n")
            (grpcline-view--trim)))
        (when follows (goto-char (point-max)))
        (dolist (window windows) (set-window-point window (point-max)))))))

(defun grpcline-view-draw-soon (buffer)
  "Draw BUFFER in a twentieth of a second."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (unless grpcline-view--timer
        (setq grpcline-view--timer (run-at-time 0.05 nil #'grpcline-view-draw buffer))))))

(defun grpcline-view-add (buffer lines)
  "Add LINES to BUFFER, and draw it soon."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (dolist (line lines) (push line grpcline-view--pending)))
    (grpcline-view-draw-soon buffer)))

(defun grpcline-view-open (buffer head)
  "Make BUFFER an empty result whose lines at the top HEAD returns."
  (with-current-buffer buffer
    (when (timerp grpcline-view--timer) (cancel-timer grpcline-view--timer))
    (let ((inhibit-read-only t)) (erase-buffer))
    (grpcline-result-mode)
    (setq grpcline-view--head head)
    (grpcline-view-draw buffer)
    (goto-char (point-min))))

(defun grpcline-view-display (buffer)
  "Show BUFFER, a result, in the window of another result if there is one."
  (display-buffer buffer '((display-buffer-reuse-window display-buffer-reuse-mode-window)
                           (mode . grpcline-result-mode))))

(provide 'grpcline-view)
;;; grpcline-view.el ends here
