;;; grpcline-schema.el --- Fields of a message's schema  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The fields and values that the JSON schema of a message has at a path.  A path is a
;; list of names, and 0 for any element of an array.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-json-parts)
(require 'grpcline-json-text)

(defun grpcline-schema--member (object name)
  "Return the member NAME of OBJECT."
  (plist-get object (intern (concat ":" name))))

(defun grpcline-schema--resolve (node definitions)
  "Follow the reference that NODE is, into DEFINITIONS."
  (if-let ((ref (plist-get node :$ref)))
      (grpcline-schema--member definitions (string-remove-prefix "#/$defs/" ref))
    node))

(defun grpcline-schema--find (schema path)
  "Return the node of SCHEMA at PATH."
  (let* ((definitions (plist-get schema :$defs))
         (node (grpcline-schema--resolve schema definitions)))
    (dolist (step path node)
      (let ((child (if (eq step 0) (plist-get node :items)
                     (or (grpcline-schema--member (plist-get node :properties) step)
                         (plist-get node :additionalProperties)))))
        (setq node (and (consp child) (grpcline-schema--resolve child definitions)))))))

(defun grpcline-schema--type (node)
  "Name the type of NODE in a word or two."
  (let ((type (plist-get node :type)) (additional (plist-get node :additionalProperties)))
    (cond
     ((plist-get node :$ref) (car (last (split-string (plist-get node :$ref) "/"))))
     ((plist-get node :items)
      (concat "repeated " (grpcline-schema--type (plist-get node :items))))
     ((consp additional) (concat "map of " (grpcline-schema--type additional)))
     ((vectorp type) (string-join type " or "))
     (t (or type "any")))))

(defun grpcline-schema-fields (schema path)
  "Return the fields at PATH of SCHEMA, each as (NAME TYPE COMMENT)."
  (cl-loop for (key node) on (plist-get (grpcline-schema--find schema path) :properties)
           by #'cddr
           collect (list (grpcline-json-name key) (grpcline-schema--type node)
                         (or (plist-get node :description)
                             (plist-get (grpcline-schema--resolve node (plist-get schema :$defs))
                                        :description)
                             ""))))

(defun grpcline-schema-values (schema path)
  "Return the values that are known for PATH of SCHEMA, as JSON text."
  (let ((node (grpcline-schema--find schema path)))
    (append (and (equal (plist-get node :type) "boolean") '("true" "false"))
            (mapcar #'grpcline-json-text
                    (seq-mapcat (lambda (it) (plist-get it :enum))
                                (cons node (append (plist-get node :anyOf) nil)) 'list)))))

(provide 'grpcline-schema)
;;; grpcline-schema.el ends here
