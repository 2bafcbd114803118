;;; grpcline-actions.el --- What the user can do  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The commands for requests.  They act on the request at point or, in a result, on what
;; it shows; in the result of all requests, on the one of the line.

;;; Code:

(require 'cl-lib)
(require 'grpcline-call)
(require 'grpcline-complete)
(require 'grpcline-file)
(require 'grpcline-flymake)
(require 'grpcline-from-grpcurl)
(require 'grpcline-here)
(require 'grpcline-history)
(require 'grpcline-json)
(require 'grpcline-json-text)
(require 'grpcline-params)
(require 'grpcline-runs)
(require 'grpcline-server)
(require 'grpcline-stream)
(require 'grpcline-to-grpcurl)
(require 'grpcline-view)
(require 'grpcline-worker)

(defun grpcline--start (source file request &optional completes on-end)
  "Start REQUEST of FILE in the buffer SOURCE and return its run.
COMPLETES is as in `grpcline-call-new'; ON-END is called with the run."
  (grpcline-runs-start file request (with-current-buffer source (grpcline-here-path)) source
                       (lambda (run shown)
                         (when shown (grpcline-flymake-ended source run))
                         (when on-end (funcall on-end run)))
                       completes))

(defun grpcline-run-at-point ()
  "Run the request at point and show its result.
In a result, run what it shows again, as the file is now.  Return the
buffer of the result."
  (interactive)
  (if (and grpcline-runs-shown (null (grpcline-shown-title grpcline-runs-shown)))
      (grpcline-run-all)
    (let ((here (grpcline-here-request)))
      (grpcline-worker)
      (grpcline--start (grpcline-place-source here) (grpcline-place-file here)
                       (grpcline-place-request here))
      (let ((buffer (grpcline-here-result)))
        (grpcline-view-display buffer)
        buffer))))

(defun grpcline--begin (source place on-end)
  "Start the request at PLACE, from 0, of the buffer SOURCE; ON-END gets its run.
Return the run, or why it cannot be run."
  (if (not (buffer-live-p source)) "the file has changed"
    (with-current-buffer source
      (let* ((environment (grpcline-here-environment))
             (file (grpcline-here-parse environment))
             (request (nth place (grpcline-file-requests file))))
        (cond ((null request) "the file has changed")
              ((grpcline-here-obstacle environment file request))
              (t (condition-case err
                     (grpcline--start source file request t on-end)
                   (user-error (error-message-string err)))))))))

(defun grpcline-run-all ()
  "Run all requests of the file, one after the other.
Later ones find the answers that they refer to.  Return the buffer of
the result, which has a line for each."
  (interactive)
  (let* ((source (grpcline-here-source))
         (file (with-current-buffer source (grpcline-here-parse)))
         (titles (mapcar (lambda (it) (grpcline-file-title file it))
                         (grpcline-file-requests file))))
    (unless titles (user-error "The file has no requests"))
    (grpcline-worker)
    (let ((buffer (grpcline-runs-start-all
                   (with-current-buffer source (grpcline-here-path)) source titles
                   (lambda (place on-end) (grpcline--begin source place on-end)))))
      (grpcline-view-display buffer)
      buffer)))

(defun grpcline-show ()
  "Show the last result of the request at point, whose window may be closed."
  (interactive)
  (grpcline-view-display (or (grpcline-here-result) (user-error "There is no result of this yet"))))

(defun grpcline-visit ()
  "Go to what the line of this result is about.
It is a schema where it does not compile or, in the result of all
requests, the result of one."
  (interactive)
  (let ((run (and grpcline-runs-shown (grpcline-shown-run grpcline-runs-shown)))
        (line (buffer-substring-no-properties (line-beginning-position) (line-end-position))))
    (if (not (and (grpcline-run-p run)
                  (string-match "\\`  \\(.+?\\):\\([0-9]+\\):\\([0-9]+\\): " line)))
        (grpcline-show)
      (let ((row (string-to-number (match-string 2 line)))
            (column (string-to-number (match-string 3 line)))
            (path (grpcline-params-schema-path
                   (grpcline-request-settings (grpcline-run-request run)) (match-string 1 line))))
        (find-file-other-window (or path (user-error "This schema is not on the disk")))
        (goto-char (point-min))
        (forward-line (1- row))
        (forward-char (min (1- column) (- (line-end-position) (point))))))))

(defun grpcline-history ()
  "Choose one of the last runs and show its result."
  (interactive)
  (unless grpcline-history-entries (user-error "Nothing was run yet"))
  (let* ((labels (cl-loop for entry in grpcline-history-entries
                          for place from 1
                          collect (cons (format "%2d  %s" place (grpcline-history-label entry))
                                        entry)))
         (chosen (completing-read
                  "Result of: "
                  (lambda (text predicate action)
                    ;; They stay in their order, the newest first.
                    (if (eq action 'metadata) '(metadata (display-sort-function . identity)
                                                         (cycle-sort-function . identity))
                      (complete-with-action action labels text predicate)))
                  nil t)))
    (grpcline-runs-show-entry (cdr (assoc chosen labels)))))

(defun grpcline-send (message)
  "Send MESSAGE, which is JSON, on the open stream of the request here.
It is the one at point, if there is one in the body."
  (interactive (list (or (grpcline-here-message) (read-string "Message (JSON): "))))
  (condition-case problem
      (let ((run (grpcline-here-single-run)))
        (dolist (it (or (grpcline-json-split message) (user-error "There is no message")))
          (grpcline-stream-send run (car it))))
    (grpcline-json-problem (user-error "%s" (nth 2 problem)))))

(defun grpcline-complete-send ()
  "Tell the server that no more messages come on the stream here."
  (interactive)
  (let ((run (grpcline-here-single-run)))
    (unless (grpcline-run-sends run)
      (user-error "There is no open stream to send to"))
    (grpcline-stream-complete run)))

(defun grpcline-cancel ()
  "Cancel what runs here."
  (interactive)
  (let ((run (grpcline-here-run)))
    (if (grpcline-run-all-p run) (grpcline-run-all-cancel run)
      (grpcline-call-cancel run))))

(defun grpcline-template ()
  "Put a request with every field below the method of the request at point."
  (interactive)
  (let* ((here (grpcline-here-request))
         (request (grpcline-place-request here))
         (template (grpcline-json-member "requestTemplate" (grpcline-server-method request))))
    (with-current-buffer (grpcline-place-source here)
      (save-excursion
        (save-restriction
          (widen)
          (goto-char (point-min))
          (unless (= (forward-line (grpcline-request-method-line request)) 0) (goto-char (point-max)))
          (unless (bolp) (insert "\n"))
          (insert "\n" (string-join (grpcline-json-lines template) "\n") "\n"))))))

(defun grpcline-choose-environment (name)
  "Choose the environment NAME, whose variables hold; nil for none."
  (interactive
   (let ((chosen (completing-read
                  "Environment: "
                  (cons "none" (with-current-buffer (grpcline-here-source)
                                 (grpcline-environment-names (grpcline-here-environment))))
                  nil t nil nil grpcline-environment-name)))
     (list (and (not (member chosen '("" "none"))) chosen))))
  (setq grpcline-environment-name name)
  (grpcline-flymake-check-all)
  (force-mode-line-update t))

(defun grpcline--tell-lost (what mark lost)
  "Tell that LOST, each behind MARK, was left out, after WHAT."
  (message "%s%s" what
           (if lost (concat ", without " (mapconcat (lambda (it) (concat mark it)) lost ", ")) "")))

(defun grpcline-copy-grpcurl ()
  "Copy the request at point as a grpcurl command."
  (interactive)
  (condition-case problem
      (let ((command (grpcline-to-grpcurl (grpcline-place-request (grpcline-here-request)))))
        (kill-new (car command))
        (grpcline--tell-lost "Copied" "# @" (cdr command)))
    (grpcline-problem (user-error "%s" (cadr problem)))))

(defun grpcline-paste-grpcurl (command)
  "Put COMMAND, the grpcurl command that was copied, below the request at point."
  (interactive (list (substring-no-properties (current-kill 0))))
  (unless (derived-mode-p 'grpcline-mode)
    (user-error "A request is put into a .grpc file"))
  (condition-case problem
      (pcase-let ((`(,text . ,lost) (grpcline-from-grpcurl command)))
        (end-of-line)
        (if (re-search-forward "^###" nil 'move)
            (progn (beginning-of-line) (insert text "\n\n"))
          (unless (bolp) (insert "\n"))
          (unless (bobp) (insert "\n"))
          (insert text "\n"))
        (search-backward text)
        (grpcline--tell-lost "Pasted" "-" lost))
    (grpcline-problem (user-error "%s" (cadr problem)))))

(defun grpcline-restart ()
  "End the worker and what runs in it; the next request starts another."
  (interactive)
  (grpcline-worker-stop)
  (grpcline-server-forget)
  (force-mode-line-update t))

(defun grpcline-info ()
  "Tell which worker serves this Emacs."
  (interactive)
  (message "%s" (grpcline-worker-version)))

(provide 'grpcline-actions)
;;; grpcline-actions.el ends here
