;;; grpcline-stream.el --- Streams of a run  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A run of a method with streams: its messages are pushed by the worker, a window of
;; them ahead, and those of its body are sent in their order.

;;; Code:

(require 'cl-lib)
(require 'grpcline-json-parts)
(require 'grpcline-options)
(require 'grpcline-render)
(require 'grpcline-run)
(require 'grpcline-worker)

(defun grpcline-stream--receive (run method members)
  "Take what is pushed of the stream of RUN: METHOD with MEMBERS, its params.
If METHOD is `ended', the worker has, and MEMBERS is a sentence."
  (let ((result (grpcline-run-result run)))
    (pcase method
      ('streamMessage
       (let ((message (grpcline-json-member "message" members)))
         (cl-incf (grpcline-result-received result))
         (setf (grpcline-run-last run) message)
         (grpcline-run-add run (grpcline-render-message "←" message))
         (grpcline-run-show run)
         (grpcline-stream--acknowledge run)))
      ('streamEnd
       (grpcline-result-put-status result members)
       (grpcline-run-finish run))
      ('ended (grpcline-run-fail run (list :code -32002 :message members))))))

(defun grpcline-stream--acknowledge (run)
  "Let the worker send more of the stream of RUN, half a window at a time."
  (when (>= (* 2 (cl-incf (grpcline-run-unacknowledged run))) grpcline-window)
    (grpcline-worker-request :ackMessages `((streamId . ,(grpcline-run-handle run))
                                            (count . ,(grpcline-run-unacknowledged run))))
    (setf (grpcline-run-unacknowledged run) 0)))

(defun grpcline-stream--opened (run sends sent)
  "Go on with the stream of RUN, which is open.
SENDS says whether it takes messages, SENT how many the server has."
  (let ((result (grpcline-run-result run)))
    (setf (grpcline-result-state result) "open"
          (grpcline-run-sends run) sends
          (grpcline-result-sent result) sent)
    (grpcline-run-show run)
    (grpcline-worker-request
     :getHeaders `((streamId . ,(grpcline-run-handle run)) (timeoutMs . 0))
     (lambda (answer)
       (when (grpcline-run-live-p run)
         (setf (grpcline-result-headers result)
               (grpcline-json-member "headers" (grpcline-json-members answer)))
         (grpcline-run-show run))))
    (when sends
      (grpcline-stream--send-body
       run (mapcar #'car (grpcline-request-messages (grpcline-run-request run))) 0))))

(defun grpcline-stream-open (run kind)
  "Open the stream of RUN, of a method of KIND."
  (let* ((sends (not (equal kind "serverStream")))
         (stream (grpcline-run-handle run))
         (timeout (plist-get (grpcline-request-settings (grpcline-run-request run)) :timeout))
         (first (and (not sends) (grpcline-run-first run))))
    (unless (and (not sends) (grpcline-run-too-many run))
      (setf (grpcline-result-sent (grpcline-run-result run)) 0
            (grpcline-result-received (grpcline-run-result run)) 0)
      (grpcline-worker-listen stream (lambda (method members)
                                       (grpcline-stream--receive run method members)))
      (grpcline-run-call
       run (pcase kind
             ("serverStream" :initServerStream)
             ("clientStream" :initClientStream)
             (_ :initBidiStream))
       (append (grpcline-run-params run)
               `((streamId . ,stream) (push . ((window . ,grpcline-window))))
               (and timeout `((deadlineMs . ,timeout)))
               first)
       (lambda (_result) (grpcline-stream--opened run sends (if first 1 0)))))))

(defun grpcline-stream--send-body (run messages sent)
  "Send MESSAGES in RUN after SENT others, then complete sending.
It is left open if the request says so, or has no body and RUN is not to
complete it.  A message that does not fit ends the run; if the server has
ended the stream, its status is on the way."
  (let ((keep-open (and (not (grpcline-run-completes run))
                        (plist-get (grpcline-request-settings (grpcline-run-request run))
                                   :keep-open))))
    (if messages
        (grpcline-stream-send
         run (car messages)
         (lambda () (grpcline-stream--send-body run (cdr messages) (1+ sent)))
         (lambda (err)
           (when (and (eql (plist-get err :code) -32602) (not keep-open))
             (setf (grpcline-run-failed-message run) sent)
             (grpcline-run-fail run err))))
      (unless (or keep-open (and (= sent 0) (not (grpcline-run-completes run))))
        (grpcline-stream-complete run)))))

(defun grpcline-stream-send (run text &optional next refused)
  "Send the message TEXT, which is JSON, in RUN.
Call NEXT when it is sent, and REFUSED with the error if it was not."
  (unless (and (grpcline-run-live-p run) (grpcline-run-sends run))
    (user-error "There is no open stream to send to"))
  (grpcline-run-add run (grpcline-render-message "→" text))
  (grpcline-worker-request
   :sendMessage `((streamId . ,(grpcline-run-handle run)) (message . ,(grpcline-json-raw text)))
   (lambda (_result)
     (cl-incf (grpcline-result-sent (grpcline-run-result run)))
     (when (grpcline-run-live-p run)
       (grpcline-run-show run)
       (when next (funcall next))))
   (lambda (err)
     (grpcline-run-add run (split-string (concat "! not sent: " (plist-get err :message)) "\n"))
     (when refused (funcall refused err)))))

(defun grpcline-stream-complete (run)
  "Tell the server of RUN that no more messages come."
  (grpcline-worker-request :completeSend `((streamId . ,(grpcline-run-handle run)))
                           (lambda (_result)
                             (when (grpcline-run-live-p run)
                               (setf (grpcline-result-state (grpcline-run-result run)) "half-closed"
                                     (grpcline-run-sends run) nil)
                               (grpcline-run-show run)))))

(provide 'grpcline-stream)
;;; grpcline-stream.el ends here
