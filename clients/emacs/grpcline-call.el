;;; grpcline-call.el --- Starting and cancelling runs  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Starts a request as a run and cancels it.  The functions here return at once; what
;; the worker answers goes on with the run.

;;; Code:

(require 'cl-lib)
(require 'grpcline-block)
(require 'grpcline-json-parts)
(require 'grpcline-render)
(require 'grpcline-run)
(require 'grpcline-stream)
(require 'grpcline-worker)

(defvar grpcline-call--count 0 "How many runs there were; it makes their handles.")

(defun grpcline-call--unary (run)
  "Make the call of RUN, of a method without streams."
  (let ((timeout (plist-get (grpcline-request-settings (grpcline-run-request run)) :timeout)))
    (unless (grpcline-run-too-many run)
      (grpcline-run-call
       run :callMethod
       (append (grpcline-run-params run) (and timeout `((timeoutMs . ,timeout)))
               (grpcline-run-first run))
       (lambda (result)
         (let* ((members (grpcline-json-members result))
                (message (grpcline-json-member "message" members)))
           (grpcline-result-put-status (grpcline-run-result run) members)
           (setf (grpcline-run-last run) message)
           (grpcline-run-add run (grpcline-json-lines message))
           (grpcline-run-finish run)))))))

(defun grpcline-call-cancel (run)
  "Cancel RUN; its end is then shown like any other."
  (when (and (grpcline-run-live-p run) (not (grpcline-run-cancelled run)))
    (setf (grpcline-run-cancelled run) t)
    (cond ((not (grpcline-worker-live-p)))
          ((grpcline-run-waiting run) (grpcline-worker-cancel (grpcline-run-waiting run)))
          ((grpcline-result-sent (grpcline-run-result run))
           (grpcline-worker-request :cancelStream `((streamId . ,(grpcline-run-handle run))))))))

(defun grpcline-call-start (run)
  "Open the connection of RUN and make its call."
  (setf (grpcline-run-started run) (float-time))
  (grpcline-run-call
   run :openConnection
   (cons (cons 'connectionId (grpcline-run-handle run))
         (grpcline-request-connection (grpcline-run-request run)))
   (lambda (_result)
     (grpcline-run-call
      run :getMethod (grpcline-run-params run)
      (lambda (method)
        (let ((kind (grpcline-json-string
                     (grpcline-json-member "kind" (grpcline-json-members method)))))
          (if (equal kind "unary")
              (grpcline-call--unary run)
            (grpcline-stream-open run kind))))))))

(cl-defun grpcline-call-new (request &key completes on-change on-lines on-end)
  "Return a run of REQUEST that `grpcline-call-start' starts.
COMPLETES says that sending ends with the body, whatever the request
says.  ON-CHANGE and ON-END are called with the run when its head has
changed and when it has ended, ON-LINES with it and the lines to add
below the head."
  (make-grpcline-run
   :request request :completes completes
   :result (make-grpcline-result :state "running"
                                 :method (grpcline-request-method request)
                                 :address (grpcline-request-address request))
   :handle (format "run-%d" (cl-incf grpcline-call--count))
   :on-change on-change :on-lines on-lines :on-end on-end))

(provide 'grpcline-call)
;;; grpcline-call.el ends here
