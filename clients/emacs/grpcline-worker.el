;;; grpcline-worker.el --- The worker of an Emacs  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The one worker of this Emacs, spoken to by jsonrpc.el.  It is started when it is
;; first needed, checked by `getVersion', and started again by the request after
;; its death.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'subr-x)

(defgroup grpcline nil
  "Requests of gRPC from .grpc files."
  :group 'tools
  :prefix "grpcline-")

(defcustom grpcline-program nil
  "The path of the worker.
If it is nil, the environment's GRPCLINE is, else `grpcline' on the PATH."
  :type '(choice (const :tag "GRPCLINE, or grpcline on the PATH" nil) file))

(defcustom grpcline-arguments '("--demo")
  "Arguments that the worker is started with."
  :type '(repeat string))

(defconst grpcline-worker--oldest "0.1.0")
(defconst grpcline-worker--protocol 1)

(defclass grpcline-worker-connection (jsonrpc-process-connection) ()
  "A connection that writes and reads JSON as it is.")

(defvar grpcline-worker--current nil "The connection to the live worker.")
(defvar grpcline-worker--sent-id nil "The id of the request that was sent last.")
(defvar grpcline-worker--streams (make-hash-table :test #'equal)
  "Functions of METHOD and PARAMS that get what is pushed, by stream.")

(defun grpcline-worker-raw (text)
  "Return a value for params that is written as TEXT, which is JSON."
  (concat "\ue000raw:" (base64-encode-string (encode-coding-string text 'utf-8) t) "\ue000"))

(defun grpcline-worker--encode (message)
  "Return MESSAGE as JSON text."
  (let ((text (json-serialize message :false-object :json-false :null-object :null)))
    (replace-regexp-in-string
     "\"\ue000raw:\\([A-Za-z0-9+/=]*\\)\ue000\""
     (lambda (whole)
       (decode-coding-string (base64-decode-string (substring whole 6 -2)) 'utf-8))
     (if (multibyte-string-p text) text (decode-coding-string text 'utf-8))
     t t)))

(defun grpcline-worker--read ()
  "Read a JSON object at point; unlike jsonrpc.el, tell null from an empty object."
  (json-parse-buffer :object-type 'plist :null-object :null :false-object :json-false))

(cl-defmethod jsonrpc-connection-send :around ((_connection grpcline-worker-connection)
                                               &rest arguments)
  "Send ARGUMENTS with values of `grpcline-worker-raw' as they are."
  (setq grpcline-worker--sent-id (plist-get arguments :id))
  (cl-letf (((symbol-function 'jsonrpc--json-encode) #'grpcline-worker--encode))
    (cl-call-next-method)))

(defun grpcline-worker--filter (filter process text)
  "Call FILTER, that of jsonrpc.el, with PROCESS and TEXT."
  (cl-letf (((symbol-function 'jsonrpc--json-read) #'grpcline-worker--read))
    (funcall filter process text)))

(defun grpcline-worker--dispatch (_connection method params)
  "Hand a notification METHOD with PARAMS to its stream."
  (when-let ((function (gethash (plist-get params :streamId) grpcline-worker--streams)))
    (funcall function method params)))

(defun grpcline-worker-listen (stream function)
  "Have FUNCTION called with what is pushed of STREAM; nil ends that."
  (if function
      (puthash stream function grpcline-worker--streams)
    (remhash stream grpcline-worker--streams)))

(defun grpcline-worker--stderr (connection)
  "Return the last lines that the worker of CONNECTION wrote to stderr."
  (when-let ((buffer (jsonrpc-stderr-buffer connection)))
    (when (buffer-live-p buffer)
      (with-current-buffer buffer
        (string-trim (buffer-substring (save-excursion (goto-char (point-max))
                                                       (line-beginning-position -9))
                                       (point-max)))))))

(defun grpcline-worker--ended (connection)
  "Forget CONNECTION, whose worker has ended."
  (when (eq connection grpcline-worker--current)
    (setq grpcline-worker--current nil)
    (clrhash grpcline-worker--streams)
    (message "grpcline: the worker has ended; the next request starts it again. %s"
             (or (grpcline-worker--stderr connection) ""))))

(defun grpcline-worker--program ()
  "Return the path of the worker."
  (or grpcline-program (getenv "GRPCLINE") "grpcline"))

(defun grpcline-worker--connect (program)
  "Start PROGRAM and return the connection to it."
  (unless (executable-find program)
    (user-error "There is no program %s: set `grpcline-program' or GRPCLINE" program))
  (let* ((default-directory temporary-file-directory)
         (connection
          (make-instance
           'grpcline-worker-connection
           :name "grpcline"
           :notification-dispatcher #'grpcline-worker--dispatch
           :on-shutdown #'grpcline-worker--ended
           ;; Messages have tokens in them.
           :events-buffer-scrollback-size 0
           :process (lambda ()
                      (make-process :name "grpcline" :noquery t :connection-type 'pipe
                                    :coding 'utf-8-emacs-unix
                                    :command `(,program "--framing" "headers" "--utf8"
                                                        ,@grpcline-arguments)
                                    :stderr (get-buffer-create "*grpcline stderr*")))))
         (process (jsonrpc--process connection)))
    (add-function :around (process-filter process) #'grpcline-worker--filter)
    connection))

(defun grpcline-worker--refusal (program answer)
  "Return why PROGRAM will not do after its ANSWER to `getVersion', or nil."
  (let ((version (plist-get answer :version))
        (protocol (plist-get answer :protocol)))
    (cond
     ((not (and (equal (plist-get answer :name) "grpcline") (stringp version)))
      (format "%s is not grpcline" program))
     ((and (string-match "\\`v?\\([0-9]+\\(?:\\.[0-9]+\\)*\\)" version)
           (version< (match-string 1 version) grpcline-worker--oldest))
      (format "%s is grpcline %s, which is too old: %s is needed, or newer"
              program version grpcline-worker--oldest))
     ((< (string-to-number (format "%s" protocol)) grpcline-worker--protocol)
      (format "%s speaks protocol %s, which is too old: %d is needed"
              program protocol grpcline-worker--protocol)))))

(defun grpcline-worker-live-p ()
  "Whether there is a worker."
  (and grpcline-worker--current (jsonrpc-running-p grpcline-worker--current)))

(defun grpcline-worker ()
  "Return the connection to the live worker, started if there is none."
  (or (and (grpcline-worker-live-p) grpcline-worker--current)
      (let* ((program (grpcline-worker--program))
             (connection (grpcline-worker--connect program))
             (refusal (condition-case err
                          (grpcline-worker--refusal
                           program (jsonrpc-request connection :getVersion nil :timeout 10))
                        ;; A program that ends at once may be gone before it is written to.
                        (error
                         (format "%s did not answer getVersion; is it grpcline? %s" program
                                 (or (alist-get 'jsonrpc-error-message (cdr err))
                                     (error-message-string err)))))))
        (when refusal
          (jsonrpc-shutdown connection)
          (user-error "%s" refusal))
        (setq grpcline-worker--current connection))))

(defun grpcline-worker-request (method params &optional on-success on-error)
  "Ask the worker for METHOD with PARAMS; return the id of the request.
ON-SUCCESS gets the result, ON-ERROR a plist with `:code', `:message'
and `:data'."
  (setq grpcline-worker--sent-id nil)
  (jsonrpc-async-request (grpcline-worker) method params
                         :success-fn (or on-success #'ignore)
                         :error-fn (or on-error #'ignore)
                         :timeout nil)
  grpcline-worker--sent-id)

(defun grpcline-worker-cancel (id)
  "Cancel the request of ID; its answer still comes."
  (jsonrpc-notify (grpcline-worker) :$/cancelRequest `((id . ,id))))

(defun grpcline-worker-stop ()
  "End the worker, if there is one."
  (when-let ((connection grpcline-worker--current))
    (setq grpcline-worker--current nil)
    (clrhash grpcline-worker--streams)
    (when (jsonrpc-running-p connection)
      (jsonrpc-shutdown connection))))

(provide 'grpcline-worker)
;;; grpcline-worker.el ends here
