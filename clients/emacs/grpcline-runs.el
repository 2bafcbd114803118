;;; grpcline-runs.el --- Runs and the buffers that show them  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Each request of a file has one result buffer, and so has running all of them.  What
;; such a buffer showed before is cancelled and kept in the history; so is what it shows
;; if it is killed.

;;; Code:

(require 'cl-lib)
(require 'grpcline-call)
(require 'grpcline-file)
(require 'grpcline-history)
(require 'grpcline-render)
(require 'grpcline-run-all)
(require 'grpcline-view)

(cl-defstruct grpcline-shown
  "What a result shows, also after its end: RUN of the request TITLE of PATH.
If TITLE is nil, RUN is of all requests.  SOURCE is the buffer of the
file."
  path title run source)

(defvar-local grpcline-runs-shown nil "What this result shows, a `grpcline-shown'.")

(defun grpcline-runs--cancel (run)
  "Cancel RUN, of one request or of all."
  (if (grpcline-run-all-p run) (grpcline-run-all-cancel run)
    (grpcline-call-cancel run)))

(defun grpcline-runs--leave ()
  "Keep what this buffer shows, and cancel it."
  (when-let ((shown grpcline-runs-shown))
    (setq grpcline-runs-shown nil)
    (grpcline-view-draw (current-buffer))
    (grpcline-history-left (grpcline-shown-run shown) (buffer-string))
    (grpcline-runs--cancel (grpcline-shown-run shown))))

(defun grpcline-runs--results ()
  "Return the buffers that show results."
  (seq-filter (lambda (it) (buffer-local-value 'grpcline-runs-shown it)) (buffer-list)))

(defun grpcline-runs-buffer (path title)
  "Return the result buffer of the request TITLE of the file PATH, or nil."
  (seq-find (lambda (buffer)
              (let ((shown (buffer-local-value 'grpcline-runs-shown buffer)))
                (and (equal path (grpcline-shown-path shown))
                     (equal title (grpcline-shown-title shown)))))
            (grpcline-runs--results)))

(defun grpcline-runs--open (path title run source head)
  "Return a buffer that shows RUN of the request TITLE of the file PATH.
SOURCE is the file's buffer, HEAD a function that returns the first lines."
  (let ((buffer (or (grpcline-runs-buffer path title)
                    (generate-new-buffer
                     (format "*grpcline: %s%s*" (file-name-nondirectory path)
                             (if title (concat "#" title) ""))))))
    (with-current-buffer buffer
      (grpcline-runs--leave)
      (grpcline-view-open buffer head)
      (setq grpcline-runs-shown (make-grpcline-shown :path path :title title :run run
                                                     :source source))
      (setq default-directory (file-name-directory path))
      (add-hook 'kill-buffer-hook #'grpcline-runs--leave nil t))
    buffer))

(defun grpcline-runs--shows-p (buffer run)
  "Whether BUFFER still shows RUN."
  (let ((shown (and (buffer-live-p buffer) (buffer-local-value 'grpcline-runs-shown buffer))))
    (and shown (eq run (grpcline-shown-run shown)))))

(defun grpcline-runs-start (file request path source on-end &optional completes)
  "Start REQUEST of FILE, whose path is PATH and whose buffer SOURCE.
Return its run.  ON-END is called at its end with it and whether its
result buffer still shows it.  COMPLETES is as in `grpcline-call-start'."
  (let* ((title (grpcline-file-title file request))
         buffer
         (run (grpcline-call-new
               request :completes completes
               :on-change (lambda (run)
                            (when (grpcline-runs--shows-p buffer run)
                              (grpcline-view-draw-soon buffer)))
               :on-lines (lambda (run lines)
                           (when (grpcline-runs--shows-p buffer run)
                             (grpcline-view-add buffer lines)))
               :on-end (lambda (run)
                         (force-mode-line-update t)
                         (let ((shown (grpcline-runs--shows-p buffer run)))
                           (when shown (grpcline-history-answered path run))
                           (funcall on-end run shown))))))
    (setq buffer (grpcline-runs--open
                  path title run source
                  (lambda () (grpcline-render-head (grpcline-run-result run)))))
    (grpcline-history-add path title run)
    (grpcline-call-start run)
    (force-mode-line-update t)
    run))

(defun grpcline-runs-start-all (path source titles begin)
  "Start the requests with TITLES of the file PATH, whose buffer is SOURCE.
Return their result buffer.  BEGIN is as in `grpcline-run-all'."
  (let* (buffer
         (all (make-grpcline-run-all
               :name (file-name-nondirectory path) :titles titles :begin begin)))
    (setf (grpcline-run-all-on-head all)
          (lambda () (when (grpcline-runs--shows-p buffer all) (grpcline-view-draw-soon buffer)))
          (grpcline-run-all-on-lines all)
          (lambda (lines) (when (grpcline-runs--shows-p buffer all)
                            (grpcline-view-add buffer lines)))
          buffer (grpcline-runs--open path nil all source
                                      (lambda () (list (grpcline-run-all-head all)))))
    (grpcline-run-all-start all)
    buffer))

(defun grpcline-runs-live-p (run)
  "Whether RUN, of one request or of all, has not ended."
  (if (grpcline-run-all-p run) (null (grpcline-run-all-ms run))
    (grpcline-run-live-p run)))

(defun grpcline-runs-count ()
  "Return how many requests run."
  (seq-count (lambda (buffer)
               (let ((shown (buffer-local-value 'grpcline-runs-shown buffer)))
                 (and (grpcline-shown-title shown)
                      (grpcline-run-live-p (grpcline-shown-run shown)))))
             (grpcline-runs--results)))

(defun grpcline-runs-show-entry (entry)
  "Show ENTRY of the history: its buffer if that still shows it, else its text."
  (let ((text (grpcline-history-entry-text entry)))
    (grpcline-view-display
     (if text
         (with-current-buffer (get-buffer-create "*grpcline history*")
           (grpcline-view-open (current-buffer) (lambda () (split-string text "\n")))
           (current-buffer))
       (grpcline-runs-buffer (grpcline-history-entry-path entry)
                             (grpcline-history-entry-title entry))))))

(provide 'grpcline-runs)
;;; grpcline-runs.el ends here
