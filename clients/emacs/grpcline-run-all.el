;;; grpcline-run-all.el --- All requests of a file  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Runs the requests of a file one after the other, in their order, and shows a line for
;; each that has ended; each one's own result stays in its buffer.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-call)
(require 'grpcline-render)
(require 'grpcline-run)

(cl-defstruct grpcline-run-all
  "Requests with TITLES of the file NAME while they run.
BEGIN is a function of a place, from 0, and of one of a run that is
called at its end; it starts a request and returns its run, or why it
cannot be run.  ON-HEAD is called when the head has changed, ON-LINES
with lines to be added.  HEIGHTS are how many lines the requests that
have ended have, the last one first.  MS is nil until all have ended."
  name titles begin on-head on-lines heights (ok 0) started ms current cancelled)

(defun grpcline-run-all-head (all)
  "Return the first line of ALL."
  (let ((ended (length (grpcline-run-all-heights all)))
        (count (length (grpcline-run-all-titles all)))
        (name (grpcline-run-all-name all))
        (ms (grpcline-run-all-ms all)))
    (cond ((null ms) (format "running, %d of %d  %s" ended count name))
          ((< ended count) (format "cancelled, %d of %d  %s  %d ms" ended count name ms))
          (t (let ((ok (grpcline-run-all-ok all)))
               (format "%d OK, %d not  %s  %d ms" ok (- count ok) name ms))))))

(defun grpcline-run-all--add (all line wrong)
  "Show LINE of ALL for a request that has ended, and below it what is WRONG."
  (let ((lines (cons line (mapcar (lambda (it) (concat "  " it))
                                  (split-string (or wrong "") "\n" t)))))
    (push (length lines) (grpcline-run-all-heights all))
    (funcall (grpcline-run-all-on-lines all) lines)
    (funcall (grpcline-run-all-on-head all))))

(defun grpcline-run-all--title (all)
  "Return the title of the request of ALL that is next or runs."
  (nth (length (grpcline-run-all-heights all)) (grpcline-run-all-titles all)))

(defun grpcline-run-all--ended (all run)
  "Show RUN of ALL, which has ended, and go on."
  (let* ((result (grpcline-run-result run))
         (ok (equal (grpcline-result-state result) "OK")))
    (when ok (cl-incf (grpcline-run-all-ok all)))
    (grpcline-run-all--add all (format "%s  %s  %d ms" (grpcline-result-state result)
                                       (grpcline-run-all--title all) (grpcline-result-ms result))
                           (and (not ok) (grpcline-result-message result)))
    (grpcline-run-all--go-on all)))

(defun grpcline-run-all--go-on (all)
  "Begin the next request of ALL that can be run."
  (setf (grpcline-run-all-current all) nil)
  (let (title)
    (while (and (not (grpcline-run-all-current all))
                (not (grpcline-run-all-cancelled all))
                (setq title (grpcline-run-all--title all)))
      (let ((run (funcall (grpcline-run-all-begin all) (length (grpcline-run-all-heights all))
                          (lambda (run) (grpcline-run-all--ended all run)))))
        (if (grpcline-run-p run)
            (setf (grpcline-run-all-current all) run)
          (grpcline-run-all--add all (concat "FAILED  " title) run)))))
  (unless (grpcline-run-all-current all)
    (setf (grpcline-run-all-ms all)
          (floor (* 1000 (- (float-time) (grpcline-run-all-started all)))))
    (funcall (grpcline-run-all-on-head all))))

(defun grpcline-run-all-start (all)
  "Run the requests of ALL."
  (setf (grpcline-run-all-started all) (float-time))
  (grpcline-run-all--go-on all))

(defun grpcline-run-all-cancel (all)
  "Cancel the request of ALL that runs, and begin no other."
  (setf (grpcline-run-all-cancelled all) t)
  (when-let ((run (grpcline-run-all-current all)))
    (grpcline-call-cancel run)))

(defun grpcline-run-all-title-at (all line)
  "Return the title of the request that LINE of the result of ALL is about."
  (let ((last 2)) ; The head, and the empty line below it.
    (cl-loop for height in (reverse (grpcline-run-all-heights all))
             for title in (grpcline-run-all-titles all)
             do (cl-incf last height)
             when (and (> line 2) (<= line last)) return title)))

(provide 'grpcline-run-all)
;;; grpcline-run-all.el ends here
