;;; grpcline-environment.el --- Environment files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Variables by environment, in files beside or above a .grpc file.

;;; Code:

(require 'cl-lib)
(require 'grpcline-json)
(require 'grpcline-json-parts)
(require 'grpcline-json-text)
(require 'grpcline-lines)
(require 'grpcline-text)

(cl-defstruct grpcline-environment
  "What environment FILES, paths, have: the NAMES of environments in their order.
VALUES is an alist of the chosen one's variables, PROBLEMS are (FILE
LINE MESSAGE)."
  files names values problems)

(defconst grpcline-environment-file-names '("grpcline.env.json" "grpcline.private.env.json")
  "The names of the files; the second is for what is not to be shared.")

(defconst grpcline-environment--shared "$shared"
  "The environment whose variables every other one has too.")

(defun grpcline-environment-find (folder read)
  "Return the environment files for FOLDER as (PATH . TEXT), the private one last.
They are those of the nearest folder upwards that has one.  READ returns
the text of a path, or nil."
  (or (cl-loop for name in grpcline-environment-file-names
               for path = (grpcline-path-join folder name)
               for text = (funcall read path)
               when text collect (cons path text))
      (and (string-match-p "[/\\]" folder)
           (grpcline-environment-find (grpcline-path-folder folder) read))))

(defun grpcline-environment--half-character (text)
  "Return the place in TEXT of a \\u escape that is half of a surrogate pair.
Such a string has no UTF-8 (RFC 8259, section 7)."
  (let ((from 0) (case-fold-search t) found)
    (while (and (not found)
                (string-match (concat "\\\\\\\\\\|\\\\ud[89ab][[:xdigit:]]\\{2\\}\\\\ud[c-f][[:xdigit:]]\\{2\\}"
                                      "\\|\\(\\\\ud[89a-f][[:xdigit:]]\\{2\\}\\)")
                              text from))
      (setq found (match-beginning 1) from (match-end 0)))
    found))

(defun grpcline-environment--parts (text report)
  "Return the environments in TEXT as `grpcline-json-parts' does.
Call REPORT with a line and a message, and return nil, if there are none."
  (condition-case problem
      (let ((list (grpcline-json-split text))
            (half (grpcline-environment--half-character text)))
        (cond
         (half (funcall report (grpcline-json-line text half)
                        (concat "the string has half a character: " (substring text half (+ half 6))))
               nil)
         ((not (grpcline-text-utf-8-p text)) (funcall report 1 "the file is not UTF-8") nil)
         ((not (and list (null (cdr list)) (string-prefix-p "{" (caar list))))
          (funcall report (or (nth 1 (car list)) 1)
                   "an environment file is an object: {\"dev\": {\"host\": \"localhost:50051\"}}")
          nil)
         (t (grpcline-json-parts text 0 ?{))))
    (grpcline-json-problem (funcall report (nth 1 problem) (nth 2 problem)) nil)))

(defun grpcline-environment--values (text variables report)
  "Return an alist of VARIABLES, parts of TEXT.
Call REPORT with the line of one whose name is wrong, and a message."
  (cl-loop for (name value first) in variables
           if (grpcline-lines-identifier-p name)
           collect (cons name (if (string-prefix-p "\"" value) (grpcline-json-string value)
                                (grpcline-json-compact value)))
           else do (funcall report (grpcline-json-line text first)
                            (format "\"%s\" is no name of a variable: %s" name
                                    "letters, digits, _ and -, beginning with a letter or _"))))

(defun grpcline-environment--read-file (text report)
  "Return the environments of TEXT, a file, as an alist of alists, in their order.
Call REPORT with a line and a message about what is wrong."
  (cl-loop for (name value first at) in (grpcline-environment--parts text report)
           if (string-prefix-p "{" value)
           collect (cons name (grpcline-environment--values
                               text (grpcline-json-parts text at ?{) report))
           else do (funcall report (grpcline-json-line text first)
                            (format "the environment \"%s\" is not an object of variables" name))))

(defun grpcline-environment-read (files chosen)
  "Read FILES of `grpcline-environment-find' for the environment CHOSEN.
If CHOSEN is nil, only what all environments share is there."
  (let (problems layers names)
    (pcase-dolist (`(,path . ,text) files)
      (push (grpcline-environment--read-file
             (string-remove-prefix "\ufeff" text)
             (lambda (line message) (push (list path line message) problems)))
            layers))
    (setq names (remove grpcline-environment--shared
                        (delete-dups (mapcar #'car (apply #'append (reverse layers))))))
    (when (and chosen files (null problems) (not (member chosen names)))
      (push (list (caar files) 1 (format "there is no environment \"%s\"%s" chosen
                                         (grpcline-hint chosen names)))
            problems))
    (make-grpcline-environment
     :files (mapcar #'car files)
     :names names
     :problems (nreverse problems)
     ;; The first of a name counts: LAYERS begin with the private file.
     :values (cl-loop for name in (list chosen grpcline-environment--shared)
                      append (cl-loop for layer in layers
                                      append (reverse (cdr (assoc name layer))))))))

(provide 'grpcline-environment)
;;; grpcline-environment.el ends here
