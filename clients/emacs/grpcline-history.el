;;; grpcline-history.el --- What was run  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The runs of this Emacs: what the last ones gave, to be shown again, and what requests
;; were last answered, for the references of others.  They are in memory alone, as they
;; have tokens in them.

;;; Code:

(require 'cl-lib)
(require 'grpcline-run)

(defconst grpcline-history--keep 50 "How many runs are kept.")

(cl-defstruct grpcline-history-entry
  "A RUN of the request TITLE of the file PATH, begun AT a time.
TEXT is that of its result, nil while its buffer shows it."
  path title at run text)

(defvar grpcline-history-entries nil "The runs, the newest first.")

(defvar grpcline-history--answers (make-hash-table :test #'equal)
  "Answers by (PATH . ID).")

(defun grpcline-history-add (path title run)
  "Keep RUN, which was begun, of the request TITLE of the file PATH."
  (setq grpcline-history-entries
        (seq-take (cons (make-grpcline-history-entry :path path :title title :at (current-time)
                                                     :run run)
                        grpcline-history-entries)
                  grpcline-history--keep)))

(defun grpcline-history-left (run text)
  "Keep TEXT, the result of RUN, whose buffer is about to show another or none."
  (dolist (entry grpcline-history-entries)
    (when (eq (grpcline-history-entry-run entry) run)
      (setf (grpcline-history-entry-text entry) text))))

(defun grpcline-history-answered (path run)
  "Keep the answer of RUN, of the file PATH, which has ended.
One without a call leaves the last."
  (let ((answer (grpcline-run-answer run))
        (id (grpcline-request-id (grpcline-run-request run))))
    (when (and answer id)
      (puthash (cons path id) answer grpcline-history--answers))))

(defun grpcline-history-answer (path id)
  "Return the last answer of the request ID of the file PATH, or nil."
  (gethash (cons path id) grpcline-history--answers))

(defun grpcline-history-label (entry)
  "Return what ENTRY is called in a list: its time, state and title."
  (format "%s  %s  %s" (format-time-string "%T" (grpcline-history-entry-at entry))
          (grpcline-result-state (grpcline-run-result (grpcline-history-entry-run entry)))
          (grpcline-history-entry-title entry)))

(provide 'grpcline-history)
;;; grpcline-history.el ends here
