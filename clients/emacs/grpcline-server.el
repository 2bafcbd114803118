;;; grpcline-server.el --- What a request's server has  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Asks the worker for the services and methods of the server of a request, and for what
;; a method takes.  Answers are used again for ten seconds, and all are forgotten when a
;; .proto file is saved.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'grpcline-block)
(require 'grpcline-json-parts)
(require 'grpcline-worker)

(defconst grpcline-server--keep 10 "For how many seconds answers are used again.")

(defvar grpcline-server--answers (make-hash-table :test #'equal)
  "Answers as (TIME . RESULT), by what was asked.")

(defun grpcline-server-forget ()
  "Forget what the worker was asked."
  (clrhash grpcline-server--answers))

(defun grpcline-server--forget-saved ()
  "Forget what the worker was asked if this buffer is a schema."
  (when (string-suffix-p ".proto" (or buffer-file-name ""))
    (grpcline-server-forget)))

(defun grpcline-server--ask (request method arguments)
  "Return the answer to METHOD with ARGUMENTS for the server of REQUEST, JSON text.
Return nil if the user types meanwhile."
  (add-hook 'after-save-hook #'grpcline-server--forget-saved)
  (let* ((params (cons (cons 'connection (grpcline-request-connection request)) arguments))
         (key (cons method params))
         (known (gethash key grpcline-server--answers)))
    (if (and known (< (- (float-time) (car known)) grpcline-server--keep))
        (cdr known)
      (let ((result (jsonrpc-request (grpcline-worker) method params :timeout 5
                                     :cancel-on-input (not noninteractive))))
        (when result
          (puthash key (cons (float-time) result) grpcline-server--answers))
        result))))

(defun grpcline-server--member (name answer)
  "Return the value of the member NAME of ANSWER, JSON text or nil."
  (when answer
    (grpcline-json-read (or (grpcline-json-member name (grpcline-json-members answer)) "[]"))))

(defun grpcline-server-services (request)
  "Return the names of the services of the server of REQUEST."
  (grpcline-server--member "services" (grpcline-server--ask request :getServiceList nil)))

(defun grpcline-server-methods (request service)
  "Return the methods of SERVICE of the server of REQUEST, as plists."
  (grpcline-server--member
   "methods" (grpcline-server--ask request :getMethodList `((service . ,service)))))

(defun grpcline-server-method (request)
  "Return `grpcline-json-members' of the method of REQUEST."
  (when-let ((answer (grpcline-server--ask
                      request :getMethod `((method . ,(grpcline-request-method request))))))
    (grpcline-json-members answer)))

(defun grpcline-server-schema (request)
  "Return the schema of what the method of REQUEST takes.
It is as `grpcline-json-read' has it."
  (when-let ((text (grpcline-json-member "requestSchema" (grpcline-server-method request))))
    (grpcline-json-read text)))

(provide 'grpcline-server)
;;; grpcline-server.el ends here
