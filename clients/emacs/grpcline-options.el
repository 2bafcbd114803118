;;; grpcline-options.el --- Settings of grpcline  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; What the user can set.

;;; Code:

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

(defcustom grpcline-environment-name nil
  "The environment whose variables hold, one of grpcline.env.json, or nil.
`grpcline-choose-environment' sets it."
  :type '(choice (const :tag "None" nil) string)
  :safe #'string-or-null-p)

(defcustom grpcline-window 64
  "How many messages of a stream the worker may push ahead of those shown."
  :type 'natnum)

(defcustom grpcline-kept-lines 10000
  "How many lines of messages a result keeps, the last ones."
  :type 'natnum)

(provide 'grpcline-options)
;;; grpcline-options.el ends here
