;;; grpcline-json-parts.el --- Parts of JSON text  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The members of objects and the elements of arrays as they are written, in text that
;; is known to be JSON.  Emacs's own scanner finds where values end, which is as fast
;; as its parser and loses nothing.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-json)

(defconst grpcline-json-parts--syntax
  (let ((table (make-char-table 'syntax-table (string-to-syntax "w"))))
    (pcase-dolist (`(,char . ,syntax)
                   '((?{ . "(}") (?} . "){") (?\[ . "(]") (?\] . ")[") (?\" . "\"") (?\\ . "\\")
                     (?, . ".") (?: . ".") (?\s . "-") (?\t . "-") (?\r . "-") (?\n . "-")))
      (aset table char (string-to-syntax syntax)))
    table)
  "What the scanner takes for words, strings and brackets.")

(defun grpcline-json-name (key)
  "Return the name that the keyword KEY of a plist stands for."
  (substring (symbol-name key) 1))

(defun grpcline-json-string (text)
  "Return the string that TEXT, in quotes, stands for."
  (if (string-search "\\" text)
      (aref (json-parse-string (concat "[" text "]")) 0)
    (substring text 1 -1)))

(defun grpcline-json-read (text)
  "Return the value of the JSON TEXT.
Objects are plists, arrays vectors, false `:json-false' and null
`:null'.  Integers that Emacs cannot hold become floating."
  (cl-flet ((parse (it) (json-parse-string it :object-type 'plist
                                           :null-object :null :false-object :json-false)))
    (condition-case nil
        (parse text)
      (json-parse-error
       (parse (replace-regexp-in-string
               "\"\\(?:[^\"\\]\\|\\\\.\\)*\"\\|[0-9.]\\{19,\\}"
               (lambda (it) (if (string-match-p "\\`[0-9]+\\'" it) (concat it ".0") it))
               text t t))))))

(defun grpcline-json-parts--scan (open)
  "Return the parts of the value at point, which begins with OPEN.
Each is (NAME TEXT FIRST AT), without a NAME in an array.  FIRST is
where it begins, AT where its value does, both from 0."
  (when (eq (char-after) open)
    (forward-char)
    (cl-loop do (skip-chars-forward " \t\r\n,")
             until (memq (char-after) '(?} ?\]))
             collect (let* ((first (point))
                            (name (when (eq open ?{)
                                    (goto-char (scan-sexps first 1))
                                    (prog1 (grpcline-json-string
                                            (buffer-substring-no-properties first (point)))
                                      (skip-chars-forward ": \t\r\n"))))
                            (at (point)))
                       (goto-char (scan-sexps at 1))
                       (list name (buffer-substring-no-properties at (point))
                             (1- first) (1- at))))))

(defun grpcline-json-parts (text at open)
  "Return the parts of the value at AT in TEXT, an object or array as OPEN says.
Each is (NAME TEXT FIRST AT), see `grpcline-json-parts--scan'.
Return nil if no such value is there."
  (with-current-buffer (get-buffer-create " *grpcline JSON*")
    (erase-buffer)
    (set-syntax-table grpcline-json-parts--syntax)
    (insert text)
    (goto-char (1+ at))
    (skip-chars-forward " \t\r\n")
    (grpcline-json-parts--scan open)))

(defun grpcline-json-members (text)
  "Return the members of the object TEXT as an alist of JSON text by name."
  (mapcar (lambda (it) (cons (car it) (nth 1 it))) (grpcline-json-parts text 0 ?{)))

(defun grpcline-json-elements (text)
  "Return the elements of the array TEXT as JSON text."
  (mapcar #'cadr (grpcline-json-parts text 0 ?\[)))

(defun grpcline-json-member (name members)
  "Return the JSON text of NAME among MEMBERS of `grpcline-json-members'."
  (cdr (assoc name members)))

(defun grpcline-json-parts--child (text at step)
  "Return the part STEP of the value at AT in TEXT: an index or a name."
  (if (integerp step)
      (nth step (grpcline-json-parts text at ?\[))
    (assoc step (grpcline-json-parts text at ?{))))

(defun grpcline-json-locate (text path)
  "Return the line in TEXT of PATH, a path of the worker's errors.
It is that of the deepest step that is there."
  (let ((from (and (string-match "\\`\\(?:messages\\[[0-9]+\\]\\|[[:alnum:]]+\\)" path)
                   (match-end 0)))
        (place (or (string-match "[^ \t\r\n]" text) 0)) (shown 0) child)
    (while (and from (eq from (string-match
                               "\\[\"\\(.*?\\)\"\\]\\|\\[\\([0-9]+\\)\\]\\|\\.?\\([^].[]+\\)"
                               path from)))
      (setq from (match-end 0)
            child (grpcline-json-parts--child
                   text place
                   (if (match-string 2 path) (string-to-number (match-string 2 path))
                     (or (match-string 1 path) (match-string 3 path)))))
      (if child
          (setq place (nth 3 child) shown (nth 2 child))
        (setq from nil)))
    (grpcline-json-line text shown)))

(provide 'grpcline-json-parts)
;;; grpcline-json-parts.el ends here
