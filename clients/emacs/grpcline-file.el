;;; grpcline-file.el --- Reading .grpc files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Reads .grpc files; clients/grpc-files.md has the grammar.  Lines are counted
;; from 1.  What is wrong with a file is in its problems.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-block)
(require 'grpcline-expand)
(require 'grpcline-lines)
(require 'grpcline-names)

(cl-defstruct grpcline-file
  "A file: its REQUESTS, and PROBLEMS as (LINE . MESSAGE), by line.
VARIABLES and NAMES are what references can name: variables, and
requests."
  requests problems variables names)

(defun grpcline-file--add-line (block line number report)
  "Add LINE, of NUMBER, to BLOCK; return (NAME . VALUE) if it is a variable.
REPORT is a function of a line and what is wrong with it."
  (pcase-let ((`(,kind ,name ,value) (grpcline-lines-classify line)))
    (pcase kind
      ('directive (push (list name value number) (grpcline-block-directives block)) nil)
      ('content (push (cons number line) (grpcline-block-content block)) nil)
      ('bad-variable (funcall report number "a variable is written @name = value") nil)
      ('variable (cons name value)))))

(defun grpcline-file--collect (text report)
  "Return the blocks of TEXT and its variables, as (BLOCKS . VARIABLES).
REPORT is a function of a line and what is wrong with it."
  (let ((block (make-grpcline-block)) (number 0) blocks variables lines)
    (dolist (line (split-string (string-replace "\r\n" "\n" (string-remove-prefix "\ufeff" text)) "\n"))
      (cl-incf number)
      (unless (grpcline-text-utf-8-p line)
        (funcall report number "the line is not UTF-8"))
      (when (eq (car (grpcline-lines-classify line)) 'separator)
        (setf (grpcline-block-last block) (1- number))
        (push block blocks)
        (setq block (make-grpcline-block :name (cadr (grpcline-lines-classify line))
                                         :first number)))
      (pcase (grpcline-file--add-line block line number report)
        (`(,name . ,value)
         (if-let ((before (cdr (assoc name lines))))
             (funcall report number
                      (format "the variable \"%s\" is defined twice, first on line %d" name before))
           (push (cons name number) lines))
         (push (cons name value) variables))))
    (setf (grpcline-block-last block) number)
    (push block blocks)
    (dolist (it blocks)
      (cl-callf nreverse (grpcline-block-directives it))
      (cl-callf nreverse (grpcline-block-content it)))
    (cons (nreverse blocks) variables)))

(defun grpcline-file--read-requests (blocks named scope)
  "Read the requests of BLOCKS by SCOPE; NAMED has their names."
  (let ((defaults (and (null (grpcline-block-content (car blocks)))
                       (grpcline-block-settings (car blocks) scope))))
    (mapcar (lambda (block)
              (grpcline-block-request block (car (rassq block named)) defaults scope))
            (seq-filter #'grpcline-block-content blocks))))

(cl-defun grpcline-file-parse (text folder &key (env #'getenv) environment (answer #'ignore))
  "Read the .grpc file TEXT, whose relative paths start at FOLDER.
ENV returns a variable of the process's environment.  The alist
ENVIRONMENT has variables that win over the file's.  ANSWER is a
function of a request's name that returns a `grpcline-answer' or nil."
  (let* ((problems nil)
         (report (lambda (line message) (push (cons line message) problems)))
         (collected (grpcline-file--collect text report))
         (named (grpcline-names-of (car collected) report))
         (values (append environment (cdr collected)))
         (requests (grpcline-file--read-requests
                    (car collected) named
                    (make-grpcline-scope
                     :folder folder :report report
                     :variables (make-grpcline-variables
                                 :values values :env env :answer answer
                                 :requests (mapcar #'car named))))))
    (make-grpcline-file
     :requests requests
     :variables (sort (delete-dups (mapcar #'car values)) #'string<)
     :names (sort (mapcar #'car named) #'string<)
     :problems (sort (nreverse problems) (lambda (a b) (< (car a) (car b)))))))

(defun grpcline-file-request-at (file line)
  "Return the request of FILE whose block contains LINE."
  (seq-find (lambda (it) (<= (grpcline-request-first it) line (grpcline-request-last it)))
            (grpcline-file-requests file)))

(defun grpcline-file-obstacle (file request)
  "Return why REQUEST of FILE cannot be run now as (LINE . MESSAGE), nil if it can.
It is a problem of its own lines or of those that belong to no request,
or a need."
  (or (seq-find (lambda (problem)
                  (memq (grpcline-file-request-at file (car problem)) (list nil request)))
                (grpcline-file-problems file))
      (when-let ((need (car (grpcline-request-needs request))))
        (cons (car need) (cadr need)))))

(defun grpcline-file-title (file request)
  "Return what REQUEST of FILE is called: its name, else its method.
If several are called so, the later ones get a number."
  (cl-flet ((base (it) (if (equal (grpcline-request-name it) "")
                           (or (grpcline-request-method it) "")
                         (grpcline-request-name it))))
    (let ((place (cl-position request
                              (seq-filter (lambda (it) (equal (base it) (base request)))
                                          (grpcline-file-requests file)))))
      (if (> place 0) (format "%s (%d)" (base request) (1+ place)) (base request)))))

(provide 'grpcline-file)
;;; grpcline-file.el ends here
