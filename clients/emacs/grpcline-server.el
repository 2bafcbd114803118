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

(defconst grpcline-server--seconds 10 "For how many seconds answers are used again.")

(defvar grpcline-server--answers (make-hash-table :test #'equal)
  "Answers as (TIME . RESULT), by what was asked.")

(defun grpcline-server-forget ()
  "Forget what the worker was asked."
  (clrhash grpcline-server--answers))

(defun grpcline-server--forget-saved ()
  "Forget what the worker was asked if this buffer is a schema."
  (when (string-suffix-p ".proto" (or buffer-file-name ""))
    (grpcline-server-forget)))

(defun grpcline-server--params (request arguments)
  "Return params with ARGUMENTS for the server of REQUEST."
  (cons (cons 'connection (grpcline-request-connection request)) arguments))

(defun grpcline-server--known (method params)
  "Return what the worker has answered to METHOD with PARAMS, if it still counts."
  (let ((known (gethash (cons method params) grpcline-server--answers)))
    (and known (< (- (float-time) (car known)) grpcline-server--seconds)
         (cdr known))))

(defun grpcline-server--keep (method params answer)
  "Keep ANSWER to METHOD with PARAMS, and return it."
  (add-hook 'after-save-hook #'grpcline-server--forget-saved)
  (puthash (cons method params) (cons (float-time) answer) grpcline-server--answers)
  answer)

(defun grpcline-server--ask (request method arguments)
  "Return the answer to METHOD with ARGUMENTS for the server of REQUEST, JSON text.
Return nil if the user types meanwhile."
  (let ((params (grpcline-server--params request arguments)))
    (or (grpcline-server--known method params)
        (when-let ((answer (jsonrpc-request (grpcline-worker) method params :timeout 5
                                            :cancel-on-input (not noninteractive))))
          (grpcline-server--keep method params answer)))))

(defun grpcline-server-later (request function)
  "Call FUNCTION with the schema of what the method of REQUEST takes.
It is called when the worker has told it, and not if that fails."
  (let* ((params (grpcline-server--params
                  request `((method . ,(grpcline-request-method request)))))
         (call (lambda (answer)
                 (when-let ((text (grpcline-json-member "requestSchema"
                                                        (grpcline-json-members answer))))
                   (funcall function (grpcline-json-read text)))))
         (known (grpcline-server--known :getMethod params)))
    (if known (funcall call known)
      (grpcline-worker-request :getMethod params
                               (lambda (answer)
                                 (funcall call (grpcline-server--keep :getMethod params answer)))))))

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
