;;; grpcline-block.el --- Blocks of .grpc files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; One block of a .grpc file, the lines between two separators, and the request that
;; stands in it: an address, metadata, a method, a body.

;;; Code:

(require 'cl-lib)
(require 'grpcline-directives)
(require 'grpcline-expand)
(require 'grpcline-json)
(require 'grpcline-lines)
(require 'grpcline-params)

(cl-defstruct grpcline-block
  "Lines FIRST to LAST of a file, below the separator with NAME.
DIRECTIVES are (NAME VALUE LINE), CONTENT is (LINE . TEXT)."
  (name "") (first 1) last directives content)

(cl-defstruct grpcline-request
  "A request; ADDRESS and METHOD are nil if a problem or a need says why.
ID is the name by which references mean its answer.  METADATA is an
alist of lists, SETTINGS a plist of grpcline-directives.el.  MESSAGES
are (TEXT LINE LAST), NEEDS are (LINE MESSAGE DIRECTIVE): what has to be
answered before it can be run."
  name id first last address-line address metadata method-line method messages settings needs)

(cl-defstruct grpcline-scope
  "What blocks of one file share.
VARIABLES of grpcline-expand.el, the FOLDER where relative paths start,
and REPORT, a function of a line and a message about it."
  variables folder report)

(defvar grpcline-block--needs nil "The needs of the block that is read, the last one first.")

(defmacro grpcline-block--attempt (scope line directive &rest body)
  "Return what BODY does, or nil after telling by SCOPE why LINE has no value.
DIRECTIVE is the name of the one that the line is, or nil."
  (declare (indent 3) (debug t))
  `(condition-case why
       (progn ,@body)
     (grpcline-problem (funcall (grpcline-scope-report ,scope) ,line (cadr why)) nil)
     (grpcline-missing (push (list ,line (cadr why) ,directive) grpcline-block--needs) nil)))

(defun grpcline-block--expand (scope text line)
  "Return TEXT of LINE with its references expanded by SCOPE, nil if that fails."
  (grpcline-block--attempt scope line nil
    (grpcline-expand-text text (grpcline-scope-variables scope))))

(defun grpcline-block-settings (block scope)
  "Read the directives of BLOCK by SCOPE.
Return (SETTINGS . NEEDS)."
  (let (settings grpcline-block--needs)
    (pcase-dolist (`(,name ,value ,line) (grpcline-block-directives block))
      (grpcline-block--attempt scope line name
        (setq settings (grpcline-directives-read
                        settings name
                        (if (equal name "name") value
                          (grpcline-expand-text value (grpcline-scope-variables scope)))
                        (grpcline-scope-folder scope)))))
    (cons settings (nreverse grpcline-block--needs))))

(defun grpcline-block--replaced-p (need block)
  "Whether BLOCK has a directive of its own for that of NEED, one of the file's."
  (and (not (grpcline-directives-adds-up-p (nth 2 need)))
       (assoc (nth 2 need) (grpcline-block-directives block))))

(defun grpcline-block--read-method (request text line scope)
  "Read the method of REQUEST from TEXT of LINE, by SCOPE."
  (setf (grpcline-request-method-line request) line)
  (grpcline-block--attempt scope line nil
    (let ((method (grpcline-expand-text (grpcline-text-trim text)
                                        (grpcline-scope-variables scope))))
      (if (string-match "\\`/?\\([^ \t/]+/[^ \t/]+\\)\\'" method)
          (setf (grpcline-request-method request) (match-string 1 method))
        (grpcline-problem
         "%s is neither metadata (name: value) nor a method (package.Service/Method)" method)))))

(defun grpcline-block--read-head (request content scope)
  "Read address, metadata and method of REQUEST from CONTENT, by SCOPE.
Return the rest of CONTENT."
  (pcase-let ((`(,line . ,text) (pop content)) (metadata nil))
    (setf (grpcline-request-address-line request) line
          (grpcline-request-address request)
          (grpcline-block--expand scope (grpcline-text-trim text) line))
    (while (and content (setq metadata (grpcline-lines-metadata (cdar content))))
      (let ((value (grpcline-block--expand scope (cdr metadata) (car (pop content)))))
        (cl-callf append (alist-get (car metadata) (grpcline-request-metadata request)
                                    nil nil #'equal)
          (and value (list value)))))
    (if content
        (grpcline-block--read-method request (cdar content) (caar content) scope)
      (funcall (grpcline-scope-report scope) line
               "the request has no method: write package.Service/Method under its address"))
    (cdr content)))

(defun grpcline-block--split-body (request body first scope)
  "Split BODY into the messages of REQUEST, by SCOPE.
BODY is a vector of lines, from FIRST on."
  (condition-case problem
      (setf (grpcline-request-messages request)
            (mapcar (pcase-lambda (`(,text ,line ,last))
                      (list text (+ first line -1) (+ first last -1)))
                    (grpcline-json-split
                     (string-trim-right (string-join body "\n") "[ \t\n]+"))))
    (grpcline-json-problem
     (funcall (grpcline-scope-report scope) (+ first (cadr problem) -1) (nth 2 problem)))))

(defun grpcline-block--read-body (request content scope)
  "Read the messages of REQUEST from CONTENT, by SCOPE."
  (let* ((first (caar content))
         (body (and first (make-vector (- (1+ (grpcline-request-last request)) first) "")))
         (whole t))
    (cond
     ((null first))
     ((grpcline-lines-metadata (cdar content))
      (funcall (grpcline-scope-report scope) first "metadata goes above the method"))
     (t
      (pcase-dolist (`(,line . ,text) content)
        (let ((json (grpcline-block--attempt scope line nil
                      (grpcline-expand-json text (grpcline-scope-variables scope)))))
          (if json (aset body (- line first) json) (setq whole nil))))
      (when whole (grpcline-block--split-body request body first scope))))))

(defun grpcline-block-request (block id defaults scope)
  "Read the request of BLOCK, which references know by ID, by SCOPE.
DEFAULTS are the (SETTINGS . NEEDS) of the file."
  (let* ((own (grpcline-block-settings block scope))
         (grpcline-block--needs
          (append (reverse (cdr own))
                  (reverse (seq-remove (lambda (need) (grpcline-block--replaced-p need block))
                                       (cdr defaults)))))
         (request (make-grpcline-request
                   :name (grpcline-block-name block)
                   :id id
                   :first (grpcline-block-first block)
                   :last (grpcline-block-last block)
                   :settings (grpcline-directives-merge (car defaults) (car own)))))
    (grpcline-block--read-body
     request (grpcline-block--read-head request (grpcline-block-content block) scope) scope)
    (setf (grpcline-request-needs request) (reverse grpcline-block--needs))
    request))

(defun grpcline-request-connection (request)
  "Return the params of REQUEST for `openConnection'."
  (grpcline-params-connection (grpcline-request-address request)
                              (grpcline-request-metadata request)
                              (grpcline-request-settings request)))

(provide 'grpcline-block)
;;; grpcline-block.el ends here
