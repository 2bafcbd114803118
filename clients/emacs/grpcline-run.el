;;; grpcline-run.el --- Running a request  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; One request of a .grpc file while it runs.  A run owns its connection and stream
;; in the worker and gives them back when the call has ended.  Here is what calls of
;; all kinds share.

;;; Code:

(require 'cl-lib)
(require 'grpcline-answers)
(require 'grpcline-block)
(require 'grpcline-json-parts)
(require 'grpcline-json-text)
(require 'grpcline-options)
(require 'grpcline-render)
(require 'grpcline-worker)

(cl-defstruct grpcline-run
  "A request while it runs, and after it.
RESULT is what is shown of it.  HANDLE names its connection and stream,
WAITING is the id of the worker's request that it waits for.  SENDS says
whether it can be sent to, COMPLETES that sending ends with the body.
LAST is the last message.  FAILURE is the error that it ended with, about
the message FAILED-MESSAGE of the body, from 0."
  request handle started result sends completes cancelled waiting last failure failed-message
  (unacknowledged 0)
  ;; Functions of the run, when its head has changed and when it has ended, and of it
  ;; and lines to be added below.
  on-change on-lines on-end)

(defun grpcline-run-live-p (run)
  "Whether RUN has not ended."
  (null (grpcline-result-ms (grpcline-run-result run))))

(defun grpcline-run-show (run)
  "Tell that the head of RUN has changed."
  (funcall (grpcline-run-on-change run) run))

(defun grpcline-run-add (run lines)
  "Tell that LINES are to be added below RUN."
  (funcall (grpcline-run-on-lines run) run lines))

(defun grpcline-run-answer (run)
  "Return the `grpcline-answer' of RUN.
Return nil if no call was made or it has not ended."
  (let ((result (grpcline-run-result run)))
    (unless (or (grpcline-run-live-p run) (equal (grpcline-result-state result) "FAILED"))
      (make-grpcline-answer :state (grpcline-result-state result)
                            :response (grpcline-run-last run)
                            :headers (grpcline-result-headers result)
                            :trailers (grpcline-result-trailers result)))))

(defun grpcline-run-finish (run)
  "End RUN, once, and free what the worker holds of it."
  (when (grpcline-run-live-p run)
    (setf (grpcline-result-ms (grpcline-run-result run))
          (floor (* 1000 (- (float-time) (grpcline-run-started run)))))
    (grpcline-worker-listen (grpcline-run-handle run) nil)
    (when (grpcline-worker-live-p)
      ;; Closing waits for the requests before it; one for headers may last.
      (when (and (grpcline-run-failure run) (grpcline-result-sent (grpcline-run-result run)))
        (grpcline-worker-request :cancelStream `((streamId . ,(grpcline-run-handle run)))))
      (grpcline-worker-request :closeConnection `((connection . ,(grpcline-run-handle run)))))
    (grpcline-run-show run)
    (funcall (grpcline-run-on-end run) run)))

(defun grpcline-run-fail (run err)
  "End RUN with ERR, an error of the worker."
  (when (grpcline-run-live-p run)
    (setf (grpcline-run-failure run) err)
    (grpcline-result-put-error (grpcline-run-result run) err))
  (grpcline-run-finish run))

(defun grpcline-run-call (run method params next)
  "Ask for METHOD with PARAMS in RUN and go on with NEXT; an error ends the run."
  (setf (grpcline-run-waiting run)
        (grpcline-worker-request
         method params
         (lambda (result)
           (setf (grpcline-run-waiting run) nil)
           (cond ((not (grpcline-run-live-p run)))
                 ;; The answer and the cancellation have crossed.
                 ((grpcline-run-cancelled run)
                  (grpcline-run-fail run '(:code -32800 :message "cancelled")))
                 (t (funcall next result))))
         (lambda (err)
           (setf (grpcline-run-waiting run) nil)
           (grpcline-run-fail run err)))))

(defun grpcline-run-params (run)
  "Return params for a call of RUN."
  `((connection . ,(grpcline-run-handle run))
    (method . ,(grpcline-request-method (grpcline-run-request run)))))

(defun grpcline-run-too-many (run)
  "End RUN and return t if its body has too many messages.
It is for methods that take one."
  (let* ((request (grpcline-run-request run))
         (count (length (grpcline-request-messages request))))
    (when (> count 1)
      (grpcline-run-fail
       run (list :code -32602
                 :message (format "%s takes one message, and the body has %d"
                                  (grpcline-request-method request) count)))
      t)))

(defun grpcline-run-first (run)
  "Return the param `request' of RUN, if its body has a message."
  (when-let ((message (car (grpcline-request-messages (grpcline-run-request run)))))
    `((request . ,(grpcline-json-raw (car message))))))

(provide 'grpcline-run)
;;; grpcline-run.el ends here
