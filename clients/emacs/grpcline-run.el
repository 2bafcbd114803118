;;; grpcline-run.el --- Running a request  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; One request of a .grpc file while it runs.  A run owns its connection and stream
;; in the worker and gives them back when the call has ended.  The functions here
;; return at once; what the worker answers goes on with the run.

;;; Code:

(require 'cl-lib)
(require 'grpcline-file)
(require 'grpcline-worker)

(defcustom grpcline-window 64
  "How many messages of a stream the worker may push ahead of those shown."
  :type 'natnum :group 'grpcline)

(cl-defstruct grpcline-run
  request handle started state sent received ms message notes details headers trailers
  sends cancelled waiting failure failed-message
  (unacknowledged 0)
  ;; Functions: of no argument when the head has changed, of lines to be added
  ;; below, and of no argument when the run has ended.
  on-change on-lines on-end)

(defvar grpcline-run--count 0 "How many runs there were; it makes their handles.")

(defun grpcline-run-live-p (run)
  "Whether RUN has not ended."
  (null (grpcline-run-ms run)))

(defun grpcline-run--show (run)
  "Tell that the head of RUN has changed."
  (funcall (grpcline-run-on-change run)))

(defun grpcline-run--add (run text &optional arrow)
  "Add the message TEXT of RUN below, behind ARROW if it is one of a stream."
  (let ((compact (and arrow (grpcline-json-compact text))))
    (funcall (grpcline-run-on-lines run)
             (cond ((null arrow) (grpcline-json-lines text))
                   ((<= (length compact) 78) (list (concat arrow " " compact)))
                   (t (let ((lines (grpcline-json-lines text)))
                        (cons (concat arrow " " (car lines)) (cdr lines))))))))

(defun grpcline-run--metadata-lines (title metadata)
  "Return lines of METADATA under TITLE."
  (let ((values (cl-loop for (key all) on metadata by #'cddr
                         for name = (grpcline-json-name key)
                         ;; The details are this trailer, decoded.
                         unless (equal name "grpc-status-details-bin")
                         append (mapcar (lambda (it) (format "  %s: %s" name it)) all))))
    (and values (cons title (sort values #'string<)))))

(defun grpcline-run-head (run)
  "Return the lines of RUN above its messages."
  (let* ((request (grpcline-run-request run))
         (counts (delq nil (list (and (grpcline-run-sent run)
                                      (format "%d sent" (grpcline-run-sent run)))
                                 (and (grpcline-run-sent run)
                                      (format "%d received" (grpcline-run-received run)))
                                 (and (grpcline-run-ms run)
                                      (format "%d ms" (grpcline-run-ms run))))))
         (first (list (grpcline-run-state run) (grpcline-request-method request)
                      (grpcline-request-address request))))
    (append
     (list (string-join (append first (and counts (list (string-join counts ", ")))) "  "))
     (split-string (or (grpcline-run-message run) "") "\n" t)
     (grpcline-run-notes run)
     (when (> (length (grpcline-run-details run)) 0)
       (cons "details"
             (seq-mapcat (lambda (it)
                           (mapcar (lambda (line) (concat "  " line))
                                   (grpcline-json-lines (grpcline-json-text it))))
                         (grpcline-run-details run))))
     (grpcline-run--metadata-lines "headers" (grpcline-run-headers run))
     (grpcline-run--metadata-lines "trailers" (grpcline-run-trailers run)))))

(defun grpcline-run--finish (run)
  "End RUN, once, and free what the worker holds of it."
  (when (grpcline-run-live-p run)
    (setf (grpcline-run-ms run)
          (floor (* 1000 (- (float-time) (grpcline-run-started run)))))
    (grpcline-worker-listen (grpcline-run-handle run) nil)
    (when (grpcline-worker-live-p)
      (grpcline-worker-request :closeConnection `((connection . ,(grpcline-run-handle run)))))
    (grpcline-run--show run)
    (funcall (grpcline-run-on-end run))))

(defun grpcline-run--status (run parts)
  "Put the status, headers and trailers of PARTS into RUN."
  (let ((status (plist-get parts :status)))
    (setf (grpcline-run-state run)
          (if (eql (plist-get status :code) 0) "OK"
            (format "%s (%d)" (plist-get status :name) (plist-get status :code)))
          (grpcline-run-message run) (plist-get status :message)
          (grpcline-run-details run) (plist-get status :details)
          (grpcline-run-headers run) (or (plist-get parts :headers) (grpcline-run-headers run))
          (grpcline-run-trailers run) (plist-get parts :trailers))))

(defun grpcline-run--fail (run err)
  "End RUN with ERR, an error of the worker."
  (when (grpcline-run-live-p run)
    (let ((data (plist-get err :data)))
      (setf (grpcline-run-failure run) err)
      (cond
       ((plist-get data :status)
        (grpcline-run--status run data)
        (when (equal (plist-get data :origin) "client")
          (setf (grpcline-run-notes run) '("origin: client"))))
       ((eql (plist-get err :code) -32800)
        (setf (grpcline-run-state run) "CANCELLED (1)" (grpcline-run-message run) "cancelled"))
       (t
        (setf (grpcline-run-state run) "FAILED"
              (grpcline-run-message run) (plist-get err :message)
              (grpcline-run-notes run)
              (mapcar (lambda (it)
                        (format "  %s:%d:%d: %s" (plist-get it :file) (plist-get it :line)
                                (plist-get it :column) (plist-get it :message)))
                      (plist-get data :diagnostics))))))
    (grpcline-run--finish run)))

(defun grpcline-run--call (run method params next)
  "Ask for METHOD with PARAMS in RUN and go on with NEXT; an error ends the run."
  (setf (grpcline-run-waiting run)
        (grpcline-worker-request
         method params
         (lambda (result)
           (setf (grpcline-run-waiting run) nil)
           (cond ((not (grpcline-run-live-p run)))
                 ;; The answer and the cancellation have crossed.
                 ((grpcline-run-cancelled run)
                  (grpcline-run--fail run '(:code -32800 :message "cancelled")))
                 (t (funcall next result))))
         (lambda (err)
           (setf (grpcline-run-waiting run) nil)
           (grpcline-run--fail run err)))))

(defun grpcline-run--params (run)
  "Return params for a call of RUN."
  `((connection . ,(grpcline-run-handle run))
    (method . ,(grpcline-request-method (grpcline-run-request run)))))

(defun grpcline-run--too-many (run)
  "End RUN if its body has several messages for a method that takes one."
  (let* ((request (grpcline-run-request run))
         (count (length (grpcline-request-messages request))))
    (when (> count 1)
      (grpcline-run--fail
       run (list :code -32602
                 :message (format "%s takes one message, and the body has %d"
                                  (grpcline-request-method request) count)))
      t)))

(defun grpcline-run--first (run)
  "Return the param `request' of RUN, if its body has a message."
  (when-let ((message (car (grpcline-request-messages (grpcline-run-request run)))))
    `((request . ,(grpcline-worker-raw (car message))))))

(defun grpcline-run--unary (run)
  "Make the call of RUN, of a method without streams."
  (let ((timeout (plist-get (grpcline-request-settings (grpcline-run-request run)) :timeout)))
    (unless (grpcline-run--too-many run)
      (grpcline-run--call
       run :callMethod
       (append (grpcline-run--params run) (and timeout `((timeoutMs . ,timeout)))
               (grpcline-run--first run))
       (lambda (result)
         (grpcline-run--status run result)
         (grpcline-run--add run (grpcline-json-text (plist-get result :message)))
         (grpcline-run--finish run))))))

(defun grpcline-run--receive (run method params)
  "Take what is pushed of the stream of RUN: METHOD with PARAMS."
  (pcase method
    ('streamMessage
     (cl-incf (grpcline-run-received run))
     (grpcline-run--add run (grpcline-json-text (plist-get params :message)) "←")
     (grpcline-run--show run)
     (when (>= (* 2 (cl-incf (grpcline-run-unacknowledged run))) grpcline-window)
       (grpcline-worker-request :ackMessages
                                `((streamId . ,(grpcline-run-handle run))
                                  (count . ,(grpcline-run-unacknowledged run))))
       (setf (grpcline-run-unacknowledged run) 0)))
    ('streamEnd
     (grpcline-run--status run params)
     (grpcline-run--finish run))))

(defun grpcline-run--stream (run kind)
  "Open the stream of RUN, of a method of KIND."
  (let* ((sends (not (equal kind "serverStream")))
         (stream (grpcline-run-handle run))
         (settings (grpcline-request-settings (grpcline-run-request run)))
         (timeout (plist-get settings :timeout))
         (first (and (not sends) (grpcline-run--first run))))
    (unless (and (not sends) (grpcline-run--too-many run))
      (setf (grpcline-run-sent run) 0 (grpcline-run-received run) 0)
      (grpcline-worker-listen stream (lambda (method params)
                                       (grpcline-run--receive run method params)))
      (grpcline-run--call
       run (pcase kind
             ("serverStream" :initServerStream)
             ("clientStream" :initClientStream)
             (_ :initBidiStream))
       (append (grpcline-run--params run)
               `((streamId . ,stream) (push . ((window . ,grpcline-window))))
               (and timeout `((deadlineMs . ,timeout)))
               first)
       (lambda (_result)
         (setf (grpcline-run-state run) "open"
               (grpcline-run-sends run) sends
               (grpcline-run-sent run) (if first 1 0))
         (grpcline-run--show run)
         (grpcline-worker-request :getHeaders `((streamId . ,stream) (timeoutMs . 0))
                                  (lambda (result)
                                    (when (grpcline-run-live-p run)
                                      (setf (grpcline-run-headers run) (plist-get result :headers))
                                      (grpcline-run--show run))))
         (when sends
           (grpcline-run--send-body
            run (mapcar #'car (grpcline-request-messages (grpcline-run-request run))) 0
            (plist-get settings :keep-open))))))))

(defun grpcline-run--send-body (run messages sent keep-open)
  "Send MESSAGES in RUN after SENT others, then complete sending unless KEEP-OPEN.
A message that does not fit ends the run; if the server has ended
the stream, its status is on the way."
  (if messages
      (grpcline-run-send
       run (car messages)
       (lambda () (grpcline-run--send-body run (cdr messages) (1+ sent) keep-open))
       (lambda (err)
         (when (and (eql (plist-get err :code) -32602) (not keep-open))
           (setf (grpcline-run-failed-message run) sent)
           (grpcline-run--fail run err))))
    (unless (or (= sent 0) keep-open)
      (grpcline-run-complete-send run))))

(defun grpcline-run-send (run text &optional next refused)
  "Send the message TEXT, which is JSON, in RUN.
Call NEXT when it is sent, and REFUSED with the error if it was not."
  (unless (and (grpcline-run-live-p run) (grpcline-run-sends run))
    (user-error "There is no open stream to send to"))
  (grpcline-run--add run text "→")
  (grpcline-worker-request
   :sendMessage `((streamId . ,(grpcline-run-handle run)) (message . ,(grpcline-worker-raw text)))
   (lambda (_result)
     (cl-incf (grpcline-run-sent run))
     (when (grpcline-run-live-p run)
       (grpcline-run--show run)
       (when next (funcall next))))
   (lambda (err)
     (funcall (grpcline-run-on-lines run)
              (split-string (concat "! not sent: " (plist-get err :message)) "\n"))
     (when refused (funcall refused err)))))

(defun grpcline-run-complete-send (run)
  "Tell the server of RUN that no more messages come."
  (grpcline-worker-request :completeSend `((streamId . ,(grpcline-run-handle run)))
                           (lambda (_result)
                             (when (grpcline-run-live-p run)
                               (setf (grpcline-run-state run) "half-closed"
                                     (grpcline-run-sends run) nil)
                               (grpcline-run--show run)))))

(defun grpcline-run-cancel (run)
  "Cancel RUN; its end is then shown like any other."
  (when (and (grpcline-run-live-p run) (not (grpcline-run-cancelled run)))
    (setf (grpcline-run-cancelled run) t)
    (cond ((not (grpcline-worker-live-p)))
          ((grpcline-run-waiting run) (grpcline-worker-cancel (grpcline-run-waiting run)))
          ((grpcline-run-sent run)
           (grpcline-worker-request :cancelStream `((streamId . ,(grpcline-run-handle run))))))))

(defun grpcline-run-start (request on-change on-lines on-end)
  "Start REQUEST and return its run.
ON-CHANGE and ON-END are called with it when its head changed and when it ended,
ON-LINES with it and the lines to add below the head."
  (let ((run (make-grpcline-run :request request :started (float-time) :state "running"
                                :handle (format "run-%d" (cl-incf grpcline-run--count)))))
    (setf (grpcline-run-on-change run) (lambda () (funcall on-change run))
          (grpcline-run-on-lines run) (lambda (lines) (funcall on-lines run lines))
          (grpcline-run-on-end run) (lambda () (funcall on-end run)))
    (grpcline-run--call
     run :openConnection
     (cons (cons 'connectionId (grpcline-run-handle run)) (grpcline-request-connection request))
     (lambda (_result)
       (grpcline-run--call
        run :getMethod (grpcline-run--params run)
        (lambda (method)
          (let ((kind (plist-get method :kind)))
            (if (equal kind "unary")
                (grpcline-run--unary run)
              (grpcline-run--stream run kind)))))))
    run))

(provide 'grpcline-run)
;;; grpcline-run.el ends here
