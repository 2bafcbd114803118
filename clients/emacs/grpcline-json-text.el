;;; grpcline-json-text.el --- Writing JSON  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Values as JSON text, and JSON text laid out anew, which changes nothing but its
;; spaces.

;;; Code:

(require 'cl-lib)
(require 'grpcline-json)
(require 'grpcline-json-parts)

(cl-defstruct (grpcline-json-raw (:constructor grpcline-json-raw (text)))
  "A value that is written as TEXT, which is JSON."
  text)

(defun grpcline-json-escape (text)
  "Return TEXT for the inside of a JSON string."
  (replace-regexp-in-string
   "[\0-\x1f\"\\]"
   (lambda (char)
     (pcase (aref char 0)
       (?\" "\\\"") (?\\ "\\\\") (?\n "\\n") (?\r "\\r") (?\t "\\t")
       (?\b "\\b") (?\f "\\f")
       (code (format "\\u%04x" code))))
   text t t))

(defun grpcline-json-text (value)
  "Return VALUE as JSON text.
Objects are alists whose keys are symbols, or plists whose keys are
keywords, nil an empty one; arrays are vectors."
  (cond
   ((grpcline-json-raw-p value) (grpcline-json-raw-text value))
   ((stringp value) (concat "\"" (grpcline-json-escape value) "\""))
   ((numberp value) (number-to-string value))
   ((eq value t) "true")
   ((eq value :json-false) "false")
   ((eq value :null) "null")
   ((vectorp value) (concat "[" (mapconcat #'grpcline-json-text value ",") "]"))
   ((keywordp (car value))
    (grpcline-json-text (cl-loop for (key member) on value by #'cddr
                                 collect (cons (intern (grpcline-json-name key)) member))))
   (t (concat "{"
              (mapconcat (pcase-lambda (`(,key . ,member))
                           (concat "\"" (grpcline-json-escape (symbol-name key)) "\":"
                                   (grpcline-json-text member)))
                         value ",")
              "}"))))

(defun grpcline-json-compact (text)
  "Lay TEXT out on one line, with a space after each colon and comma."
  (let ((at 0) parts token)
    (while (setq token (grpcline-json-token text at))
      (push (substring text (nth 1 token) (nth 2 token)) parts)
      (when (memq (car token) '(?: ?,)) (push " " parts))
      (setq at (nth 2 token)))
    (apply #'concat (nreverse parts))))

(defun grpcline-json-lines (text)
  "Return the lines of TEXT with a member or an element a line."
  (let ((at 0) (depth 0) (line "") empty lines token)
    (cl-flet ((wrap () (push line lines) (setq line (make-string (* 2 depth) ?\s))))
      (while (setq token (grpcline-json-token text at))
        (pcase-let ((`(,kind ,first ,end) token))
          (when (and (memq kind '(?} ?\])) (not empty))
            (cl-decf depth)
            (wrap))
          (setq line (concat line (substring text first end))
                empty nil)
          (pcase kind
            ((or ?{ ?\[)
             (setq empty (memq (car (grpcline-json-token text end)) '(?} ?\])))
             (unless empty
               (cl-incf depth)
               (wrap)))
            (?, (wrap))
            (?: (setq line (concat line " "))))
          (setq at end))))
    (nreverse (cons line lines))))

(provide 'grpcline-json-text)
;;; grpcline-json-text.el ends here
