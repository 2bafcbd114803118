;;; grpcline-connection.el --- The pipes to a worker  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; A connection of jsonrpc.el to a worker, one message a line.  It uses only what the
;; manual of jsonrpc.el offers for transports of one's own (node "Process-based JSONRPC
;; connections"), so it does not depend on how a version of Emacs keeps its requests.
;;
;; Results and params are JSON text, as the worker has written it: no number loses a
;; digit.  When the worker ends, every request that waits fails with one sentence.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'subr-x)
(require 'grpcline-json-parts)
(require 'grpcline-json-text)

(defclass grpcline-connection (jsonrpc-connection)
  ((process :initform nil :accessor grpcline-connection-process
            :documentation "The worker, with a buffer of what it has written.")
   (stderr :initform nil :accessor grpcline-connection-stderr
           :documentation "The buffer of its stderr.")
   (waiting :initform nil :accessor grpcline-connection-waiting
            :documentation "The ids of requests without an answer, the last one first.")
   (sent :initform nil :accessor grpcline-connection-sent
         :documentation "The id of the request that was sent last.")
   (odd :initform nil :accessor grpcline-connection-odd
        :documentation "A line that the program wrote and that is no message.")
   (epitaph :initform nil :accessor grpcline-connection-epitaph
            :documentation "How the worker ended, in a sentence; nil while it runs.")
   (on-end :initform #'ignore :initarg :on-end :accessor grpcline-connection-on-end
           :documentation "A function of the connection, called when the worker has ended."))
  "A connection to a worker by the lines of its pipes.")

;;; What jsonrpc.el asks of a transport

(defun grpcline-connection--line (message)
  "Return MESSAGE, a plist with `:id', `:method' and `:params', as a line."
  (let ((id (plist-get message :id)))
    (concat (grpcline-json-text
             `((jsonrpc . "2.0")
               ,@(and id `((id . ,id)))
               (method . ,(string-remove-prefix ":" (format "%s" (plist-get message :method))))
               (params . ,(plist-get message :params))))
            "\n")))

(cl-defmethod jsonrpc-connection-send ((connection grpcline-connection) &rest message)
  "Send MESSAGE, a plist with `:id', `:method' and `:params', by CONNECTION."
  (let ((id (plist-get message :id)))
    (when id (push id (grpcline-connection-waiting connection)))
    (condition-case nil
        (process-send-string (grpcline-connection-process connection)
                             (grpcline-connection--line message))
      ;; The worker has ended, and the sentinel fails what waits, or has done so before.
      (error (when (grpcline-connection-epitaph connection)
               (run-at-time 0 nil #'grpcline-connection--fail-all connection))))
    (when id (setf (grpcline-connection-sent connection) id))))

(cl-defmethod jsonrpc-running-p ((connection grpcline-connection))
  "Whether the worker of CONNECTION runs."
  (process-live-p (grpcline-connection-process connection)))

(cl-defmethod jsonrpc-shutdown ((connection grpcline-connection) &optional _cleanup)
  "End the worker of CONNECTION: close its stdin, and kill it if that does not do."
  (let ((process (grpcline-connection-process connection)) (tries 0))
    (when (process-live-p process)
      (process-send-eof process))
    (while (and (process-live-p process) (< (cl-incf tries) 20))
      (accept-process-output process 0.1))
    (delete-process process)))

;;; What the worker writes

(defun grpcline-connection--each (function &rest arguments)
  "Call FUNCTION with ARGUMENTS until it returns nil.
`jsonrpc-request' leaves it by a throw when it has its answer; then it is
gone on with as soon as Emacs has time."
  (let (done)
    (unwind-protect
        (progn (while (apply function arguments))
               (setq done t))
      (unless done
        (apply #'run-at-time 0 nil #'grpcline-connection--each function arguments)))))

(defun grpcline-connection--message (line)
  "Return the message of LINE as jsonrpc.el takes it."
  (let ((members (grpcline-json-members line)))
    (append (when-let ((id (grpcline-json-member "id" members))) (list :id (grpcline-json-read id)))
            (when-let ((method (grpcline-json-member "method" members)))
              (list :method (grpcline-json-string method)))
            (when-let ((params (grpcline-json-member "params" members))) (list :params params))
            (when-let ((result (grpcline-json-member "result" members))) (list :result result))
            (when-let ((err (grpcline-json-member "error" members)))
              (let ((members (grpcline-json-members err)))
                (list :error (list :code (grpcline-json-read (grpcline-json-member "code" members))
                                   :message (grpcline-json-string
                                             (grpcline-json-member "message" members))
                                   :data (grpcline-json-member "data" members))))))))

(defun grpcline-connection--receive (connection line)
  "Hand LINE, which the worker of CONNECTION wrote, to jsonrpc.el."
  (let ((message (condition-case nil (grpcline-connection--message line)
                   (error nil))))
    (cond
     (message
      (cl-callf2 delq (plist-get message :id) (grpcline-connection-waiting connection))
      (jsonrpc-connection-receive connection message))
     ((string-blank-p line))
     (t
      (setf (grpcline-connection-odd connection) line)
      (delete-process (grpcline-connection-process connection))))))

(defun grpcline-connection--take (connection)
  "Take one line of what the worker of CONNECTION has written.
Return nil if there is none."
  (let ((buffer (process-buffer (grpcline-connection-process connection))) line)
    (when (buffer-live-p buffer)
      (with-current-buffer buffer
        ;; Point is where no line break was found before.
        (when (search-forward "\n" nil t)
          (setq line (buffer-substring-no-properties (point-min) (1- (point))))
          (delete-region (point-min) (point))))
      (when line
        (grpcline-connection--receive connection line)
        t))))

(defun grpcline-connection--fail (connection)
  "Fail one request that waits in CONNECTION; nil if none waits."
  (when-let ((id (pop (grpcline-connection-waiting connection))))
    (jsonrpc-connection-receive
     connection (list :id id :error (list :code -32002
                                          :message (grpcline-connection-epitaph connection))))
    t))

(defun grpcline-connection--fail-all (connection)
  "Fail every request that waits in CONNECTION, whose worker has ended."
  (grpcline-connection--each #'grpcline-connection--fail connection))

;;; The process

(defun grpcline-connection-tail (connection)
  "Return the last ten lines that the worker of CONNECTION wrote to stderr."
  (let ((buffer (grpcline-connection-stderr connection)))
    (if (not (buffer-live-p buffer)) ""
      (with-current-buffer buffer
        (string-trim (buffer-substring-no-properties
                      (save-excursion (goto-char (point-max)) (line-beginning-position -9))
                      (point-max)))))))

(defun grpcline-connection--how (connection)
  "Return how the worker of CONNECTION ended, in a sentence."
  (let* ((process (grpcline-connection-process connection))
         (odd (grpcline-connection-odd connection))
         (tail (grpcline-connection-tail connection)))
    (concat (cond (odd (concat "the program writes what is no message: "
                               (truncate-string-to-width odd 80)))
                  ((eq (process-status process) 'signal)
                   (format "the worker was ended by signal %d" (process-exit-status process)))
                  (t (format "the worker has ended with exit code %d" (process-exit-status process))))
            (and (not (equal tail "")) (concat ": " tail)))))

(defun grpcline-connection--stderr (process text)
  "Put TEXT, which PROCESS reads from stderr, into its buffer, which stays short."
  (when (buffer-live-p (process-buffer process))
    (with-current-buffer (process-buffer process)
      (goto-char (point-max))
      (insert text)
      (delete-region (point-min) (max (point-min) (- (point-max) 100000))))))

(defun grpcline-connection--filter (connection text)
  "Take TEXT, which the worker of CONNECTION has written."
  (let ((buffer (process-buffer (grpcline-connection-process connection))))
    (when (buffer-live-p buffer)
      (with-current-buffer buffer
        (save-excursion
          (goto-char (point-max))
          (insert text)))
      (grpcline-connection--each #'grpcline-connection--take connection)
      (when (buffer-live-p buffer)
        (with-current-buffer buffer (goto-char (point-max)))))))

(defun grpcline-connection--sentinel (connection process)
  "Fail what waits in CONNECTION, whose PROCESS has changed, if it has ended."
  (unless (process-live-p process)
    (when-let ((stderr (get-buffer-process (grpcline-connection-stderr connection))))
      (while (accept-process-output stderr 0.05)))
    (setf (grpcline-connection-epitaph connection) (grpcline-connection--how connection))
    (funcall (grpcline-connection-on-end connection) connection)
    (grpcline-connection--fail-all connection)
    (when (buffer-live-p (process-buffer process))
      (kill-buffer (process-buffer process)))))

(defun grpcline-connection--make (arguments)
  "Return a connection without a process, made with ARGUMENTS.
No messages are logged, as they have tokens in them; jsonrpc.el before
1.0.18 (Emacs 30) has another name for that."
  (condition-case nil
      (apply #'make-instance 'grpcline-connection :events-buffer-config '(:size 0) arguments)
    (invalid-slot-name
     (apply #'make-instance 'grpcline-connection :events-buffer-scrollback-size 0 arguments))))

(defun grpcline-connection-open (command dispatch on-end)
  "Start COMMAND, a program and its arguments, and return a connection to it.
DISPATCH is a function of the connection, a method and params, called
with what is pushed; ON-END a function of the connection."
  (let* ((default-directory temporary-file-directory)
         (connection (grpcline-connection--make
                      (list :name "grpcline" :notification-dispatcher dispatch :on-end on-end)))
         (stderr (get-buffer-create " *grpcline stderr*")))
    (with-current-buffer stderr (erase-buffer))
    (setf (grpcline-connection-stderr connection) stderr
          (grpcline-connection-process connection)
          (make-process :name "grpcline" :command command :noquery t :connection-type 'pipe
                        :coding 'utf-8-unix
                        :buffer (generate-new-buffer " *grpcline output*")
                        :stderr stderr
                        :filter (lambda (_process text) (grpcline-connection--filter connection text))
                        :sentinel (lambda (process _change)
                                    (grpcline-connection--sentinel connection process))))
    (let ((reader (get-buffer-process stderr)))
      (set-process-query-on-exit-flag reader nil)
      (set-process-sentinel reader #'ignore)
      (set-process-filter reader #'grpcline-connection--stderr))
    connection))

(provide 'grpcline-connection)
;;; grpcline-connection.el ends here
