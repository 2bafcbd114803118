;;; grpcline-names.el --- Names of requests  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The names by which references mean the answers of requests.

;;; Code:

(require 'grpcline-block)
(require 'grpcline-lines)

(defun grpcline-names-of (blocks report)
  "Return an alist of the names by which references mean some of BLOCKS.
The name is that of `# @name', else a title that could be one; if several
requests have one title, the first is meant.  REPORT is a function of a
line and what is wrong with it."
  (let (named lines)
    (dolist (block blocks)
      (pcase-dolist (`(,directive ,value ,line) (grpcline-block-directives block))
        (when (equal directive "name")
          (cond
           ((null (grpcline-block-content block))
            (funcall report line "# @name belongs to a request"))
           ((not (grpcline-lines-identifier-p value))
            (funcall report line
                    "# @name needs a name of letters, digits, _ and -, such as login"))
           ((assoc value lines)
            (funcall report line (format "the name \"%s\" is given twice, first on line %d"
                                                value (cdr (assoc value lines)))))
           (t (push (cons value block) named)
              (push (cons value line) lines))))))
    (let ((explicit (mapcar #'cdr named)))
      (dolist (block blocks)
        (let ((name (grpcline-block-name block)))
          (when (and (grpcline-block-content block) (not (memq block explicit))
                     (grpcline-lines-identifier-p name) (not (assoc name named)))
            (push (cons name block) named)))))
    named))

(provide 'grpcline-names)
;;; grpcline-names.el ends here
