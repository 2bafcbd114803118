;;; grpcline-expand.el --- References in .grpc files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Puts values in place of references: {{name}}, {{$env NAME}} and
;; {{request.response.field}}.  Why one has no value is signalled in a sentence: as
;; `grpcline-problem' if the file is wrong, as `grpcline-missing' if the file is right
;; and only an answer is missing.

;;; Code:

(require 'cl-lib)
(require 'grpcline-answers)
(require 'grpcline-lines)
(require 'grpcline-text)

(define-error 'grpcline-missing "An answer is missing")

(cl-defstruct grpcline-variables
  "Where the values of references come from.
VALUES is an alist by name, ENV a function of the name of a variable of
the process's environment, REQUESTS the names of requests, ANSWER a
function of such a name that returns a `grpcline-answer' or nil."
  values env requests answer)

(defconst grpcline-expand--reference
  (concat "{{[ \t]*\\(?:\\(\\$?" grpcline-lines-identifier "\\)[ \t]*\\([A-Za-z0-9_]*\\)\\|"
          "\\(" grpcline-lines-identifier "\\)\\.\\([A-Za-z0-9_]+\\)"
          "\\(\\(?:\\.[A-Za-z0-9_-]+\\|\\[[0-9]+\\]\\|\\['[^'\r\n]*'\\]\\)*\\)\\)[ \t]*}}"))

(defun grpcline-expand--missing (format &rest arguments)
  "Signal that an answer is missing: FORMAT with ARGUMENTS."
  (signal 'grpcline-missing (list (apply #'format format arguments))))

(defun grpcline-expand--variable (variables name argument within)
  "Return the value of a reference to NAME with ARGUMENT, by VARIABLES.
Return nil if it is none.  WITHIN are the variables that are being
expanded."
  (let ((values (grpcline-variables-values variables)))
    (cond
     ((and (equal name "$env") (not (equal argument "")))
      (or (funcall (grpcline-variables-env variables) argument)
          (grpcline-problem "the environment has no %s" argument)))
     ((string-prefix-p "$" name)
      (grpcline-problem "there is no {{%s}}; write {{$env NAME}} for the environment" name))
     ((not (equal argument "")) nil)
     ((not (assoc name values))
      (grpcline-problem "there is no variable \"%s\"%s" name
                        (grpcline-hint name (sort (mapcar #'car values) #'string<))))
     ((member name within) (grpcline-problem "the variable \"%s\" refers to itself" name))
     (t (grpcline-expand-text (cdr (assoc name values)) variables #'identity
                              (cons name within))))))

(defun grpcline-expand--value (answer request part steps)
  "Return the value of PART of ANSWER, that of REQUEST, at STEPS."
  (cond
   ((null answer) (grpcline-expand--missing "%s has no answer yet: run it first" request))
   ((grpcline-answer-value answer part steps))
   ((not (equal part "response"))
    (grpcline-expand--missing "the answer of %s has no %s%s" request part steps))
   ((null (grpcline-answer-response answer))
    (grpcline-expand--missing "%s has no response: it ended with %s" request
                              (grpcline-answer-state answer)))
   (t
    (grpcline-expand--missing
     "the response of %s has no %s (unset fields are left out unless # @json emitDefaults)"
     request (string-remove-prefix "." steps)))))

(defun grpcline-expand--answer (variables request part steps)
  "Return the value of a reference to PART of the answer of REQUEST, at STEPS.
Return nil if it is none.  VARIABLES are those of the file."
  (let* ((names (grpcline-variables-requests variables))
         (known (member request names))
         (proper (member part '("response" "headers" "trailers"))))
    (cond
     ((not (or known proper)) nil)
     ((not known)
      (grpcline-problem "there is no request named \"%s\"%s" request
                        (grpcline-hint request (sort (copy-sequence names) #'string<))))
     ((not proper)
      (grpcline-problem "an answer has response, headers and trailers, but no \"%s\"" part))
     ((not (or (equal part "response")
               (string-match-p
                "\\`\\(?:\\.[A-Za-z0-9_-]+\\|\\['[^']*'\\]\\)\\(?:\\[[0-9]+\\]\\)?\\'" steps)))
      (grpcline-problem "%s are taken by name: {{%s.%s.NAME}}" part request part))
     (t (grpcline-expand--value (funcall (grpcline-variables-answer variables) request)
                                request part steps)))))

(defun grpcline-expand-text (text variables &optional escape within)
  "Put values of VARIABLES, changed by ESCAPE, in place of the references in TEXT.
WITHIN are the variables whose values are being expanded."
  (replace-regexp-in-string
   grpcline-expand--reference
   (lambda (whole)
     (let ((name (match-string 1 whole)) (argument (match-string 2 whole))
           (request (match-string 3 whole)) (part (match-string 4 whole))
           (steps (match-string 5 whole)))
       (save-match-data
         (let ((value (if name (grpcline-expand--variable variables name argument within)
                        (grpcline-expand--answer variables request part steps))))
           (cond ((null value) whole)
                 (escape (funcall escape value))
                 (t value))))))
   text t t))

(defun grpcline-expand--one-line (value)
  "Return VALUE without line breaks, so that a body keeps its lines."
  (replace-regexp-in-string "[\r\n]" " " value))

(defun grpcline-expand-json (line variables)
  "Expand the references in LINE of a body by VARIABLES.
They are escaped if they stand in a string, and are as they are elsewhere."
  (let ((at 0) inside parts)
    (while (< at (length line))
      (let* ((end (if (string-match "\\(?:[^\"\\]\\|\\\\.?\\)*" line at) (match-end 0) at))
             (piece (substring line at end)))
        (push (grpcline-expand-text piece variables
                                    (if inside #'grpcline-json-escape #'grpcline-expand--one-line))
              parts)
        (when (< end (length line)) (push "\"" parts))
        (setq at (1+ end) inside (not inside))))
    (apply #'concat (nreverse parts))))

(provide 'grpcline-expand)
;;; grpcline-expand.el ends here
