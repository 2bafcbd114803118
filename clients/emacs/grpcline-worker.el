;;; grpcline-worker.el --- The worker of an Emacs  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The one worker of this Emacs.  It is started when it is first needed, checked by
;; `getVersion', and started again by the request after its death.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'subr-x)
(require 'grpcline-connection)
(require 'grpcline-json-parts)
(require 'grpcline-options)

(defconst grpcline-worker--oldest "0.1.0")
(defconst grpcline-worker--protocol 1)

(defvar grpcline-worker--current nil "The connection to the live worker.")
(defvar grpcline-worker--starting nil "The connection to a worker that is not checked yet.")
(defvar grpcline-worker--died nil "Whether the last worker ended by itself.")
(defvar grpcline-worker--streams (make-hash-table :test #'equal)
  "Functions of METHOD and PARAMS that get what is pushed, by stream.")

(defun grpcline-worker--dispatch (_connection method params)
  "Hand a notification METHOD with PARAMS, JSON text, to its stream."
  (let* ((members (grpcline-json-members params))
         (stream (grpcline-json-member "streamId" members)))
    (when-let ((function (and stream (gethash (grpcline-json-string stream) grpcline-worker--streams))))
      (funcall function method members))))

(defun grpcline-worker-listen (stream function)
  "Have FUNCTION called with what is pushed of STREAM; nil ends that.
It gets the method, a symbol, and the params as `grpcline-json-members';
if the worker ends, `ended' and a sentence."
  (if function
      (puthash stream function grpcline-worker--streams)
    (remhash stream grpcline-worker--streams)))

(defun grpcline-worker--end-streams (why)
  "Tell every stream that the worker has ended, and WHY, a sentence."
  (let ((functions (hash-table-values grpcline-worker--streams)))
    (clrhash grpcline-worker--streams)
    (dolist (function functions)
      (funcall function 'ended why))))

(defun grpcline-worker--ended (connection)
  "Forget CONNECTION, whose worker has ended by itself."
  (when (eq connection grpcline-worker--current)
    (let ((why (grpcline-connection-epitaph connection)))
      (setq grpcline-worker--current nil
            grpcline-worker--died t)
      (grpcline-worker--end-streams why)
      (force-mode-line-update t)
      (message "grpcline: %s; the next request starts it again" why))))

(defun grpcline-worker--program ()
  "Return the path of the worker."
  (let* ((program (or grpcline-program (getenv "GRPCLINE") "grpcline"))
         (path (if (file-name-directory program) (expand-file-name program) program)))
    (or (executable-find path)
        (user-error "There is no program %s: set it by M-x customize-option RET grpcline-program, \
or by GRPCLINE; README.md of grpcline tells how to install it" path))))

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

(defun grpcline-worker--check (connection program)
  "Return why CONNECTION to PROGRAM will not do, or nil."
  (condition-case err
      (grpcline-worker--refusal
       program (grpcline-json-read (jsonrpc-request connection :getVersion nil :timeout 10)))
    ;; A program that ends at once may be gone before it is written to.
    (error (format "%s did not answer getVersion; is it grpcline? %s" program
                   (or (alist-get 'jsonrpc-error-message (cdr err))
                       (error-message-string err))))))

(defun grpcline-worker--start ()
  "Start a worker and return the connection to it."
  (let* ((program (grpcline-worker--program))
         (connection (grpcline-connection-open `(,program "--utf8" ,@grpcline-arguments)
                                               #'grpcline-worker--dispatch
                                               #'grpcline-worker--ended)))
    (unwind-protect
        (let ((refusal (progn (setq grpcline-worker--starting connection)
                              (grpcline-worker--check connection program))))
          (when refusal (user-error "%s" refusal))
          (setq grpcline-worker--died nil
                grpcline-worker--current connection))
      (setq grpcline-worker--starting nil)
      (unless (eq connection grpcline-worker--current)
        (delete-process (grpcline-connection-process connection))))))

(defun grpcline-worker-live-p ()
  "Whether there is a worker."
  (and grpcline-worker--current (jsonrpc-running-p grpcline-worker--current)))

(defun grpcline-worker ()
  "Return the connection to the live worker, started if there is none."
  ;; A timer may need it while it is being started.
  (while grpcline-worker--starting (accept-process-output nil 0.1))
  (if (grpcline-worker-live-p) grpcline-worker--current
    (grpcline-worker--start)))

(defun grpcline-worker-state ()
  "Return what is to be known of the worker: nil, or a word or two."
  (cond (grpcline-worker--starting "starting")
        (grpcline-worker--died "worker ended")))

(defun grpcline-worker-request (method params &optional on-success on-error)
  "Ask the worker for METHOD with PARAMS; return the id of the request.
ON-SUCCESS gets the result as JSON text, ON-ERROR a plist with `:code',
`:message' and `:data', which is JSON text or nil."
  (let ((connection (grpcline-worker)))
    (jsonrpc-async-request connection method params
                           :success-fn (or on-success #'ignore)
                           :error-fn (or on-error #'ignore)
                           :timeout nil)
    (grpcline-connection-sent connection)))

(defun grpcline-worker-version ()
  "Return which program the worker is, and its version."
  (format "%s: %s" (grpcline-worker--program)
          (jsonrpc-request (grpcline-worker) :getVersion nil)))

(defun grpcline-worker-cancel (id)
  "Cancel the request of ID; its answer still comes."
  (jsonrpc-notify (grpcline-worker) :$/cancelRequest `((id . ,id))))

(defun grpcline-worker-stop ()
  "End the worker, if there is one."
  (when-let ((connection grpcline-worker--current))
    (setq grpcline-worker--current nil
          grpcline-worker--died nil)
    (jsonrpc-shutdown connection)
    (grpcline-worker--end-streams "the worker was stopped")))

(provide 'grpcline-worker)
;;; grpcline-worker.el ends here
