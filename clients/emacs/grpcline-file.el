;;; grpcline-file.el --- Reading .grpc files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Reads .grpc files; clients/grpc-files.md has the grammar.  Lines are counted
;; from 1.  What is wrong with a file is in its problems.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-directives)
(require 'grpcline-json)

(cl-defstruct grpcline-file requests problems)

(cl-defstruct grpcline-request
  name id first last address-line address metadata method-line method messages settings)

(cl-defstruct grpcline-file--block (name "") (first 1) last directives content)

(defvar grpcline-file--problems nil "The problems that were found, the last one first.")
(defvar grpcline-file--variables nil "The variables, by name.")
(defvar grpcline-file--ids nil "The blocks that references can name, by name.")
(defvar grpcline-file--env #'getenv "Returns a variable of the environment.")

(defconst grpcline-file--identifier "[A-Za-z_][A-Za-z0-9_-]*")

(defconst grpcline-file--reference
  (concat "{{[ \t]*\\(?:\\(\\$?" grpcline-file--identifier "\\)[ \t]*\\([A-Za-z0-9_]*\\)\\|"
          "\\(" grpcline-file--identifier "\\)\\.\\([A-Za-z0-9_]+\\)"
          "\\(\\(?:\\.[A-Za-z0-9_-]+\\|\\[[0-9]+\\]\\|\\['[^'\r\n]*'\\]\\)*\\)\\)[ \t]*}}"))

(defun grpcline-file--report (line message)
  "Note MESSAGE as a problem of LINE."
  (push (cons line message) grpcline-file--problems))

(defmacro grpcline-file--attempt (line &rest body)
  "Return what BODY does, or nil after noting its problem as one of LINE."
  (declare (indent 1) (debug t))
  `(condition-case problem
       (progn ,@body)
     (grpcline-problem (grpcline-file--report ,line (cadr problem)) nil)))

(defun grpcline-file--trim (text)
  "Return TEXT without the spaces and tabs around it."
  (string-trim text "[ \t]+" "[ \t]+"))

(defun grpcline-file-classify (text)
  "Return what the line TEXT is: (KIND NAME VALUE).
KIND is `separator', `blank', `directive', `comment', `variable', `bad-variable'
or `content'."
  (let ((line (grpcline-file--trim text)) (case-fold-search nil))
    (cond
     ((string-prefix-p "###" text)
      (list 'separator (grpcline-file--trim (string-trim-left text "#+"))))
     ((equal line "") '(blank))
     ((string-match "\\`\\(?:#\\|//\\)[ \t]*@\\([A-Za-z0-9-]+\\)[ \t]*\\(.*\\)\\'" line)
      (list 'directive (match-string 1 line) (match-string 2 line)))
     ((string-match-p "\\`\\(?:#\\|//\\)" line) '(comment))
     ((string-match (concat "\\`@\\(" grpcline-file--identifier "\\)[ \t]*=[ \t]*\\(.*\\)\\'") line)
      (list 'variable (match-string 1 line) (match-string 2 line)))
     ((string-prefix-p "@" line) '(bad-variable))
     (t '(content)))))

(defun grpcline-file-metadata (text)
  "Split the metadata line TEXT into (NAME . VALUE); nil if it is none."
  (when (string-match "\\`[ \t]*\\([A-Za-z0-9_.-]+\\)[ \t]*:\\(.*\\)\\'" text)
    (cons (downcase (match-string 1 text)) (grpcline-file--trim (match-string 2 text)))))

(defun grpcline-file--variable (whole name argument within)
  "Return the value of WHOLE, a reference to NAME with ARGUMENT.
WITHIN are the variables whose values are being expanded."
  (cond
   ((and (equal name "$env") (not (equal argument "")))
    (or (funcall grpcline-file--env argument)
        (grpcline-problem "the environment has no %s" argument)))
   ((string-prefix-p "$" name)
    (grpcline-problem "there is no {{%s}}; write {{$env NAME}} for the environment" name))
   ((not (equal argument "")) whole)
   ((not (assoc name grpcline-file--variables))
    (grpcline-problem "there is no variable \"%s\"%s" name
                      (grpcline-hint name (sort (mapcar #'car grpcline-file--variables)
                                                #'string<))))
   ((member name within) (grpcline-problem "the variable \"%s\" refers to itself" name))
   (t (grpcline-file--expand (cdr (assoc name grpcline-file--variables)) #'identity
                             (cons name within)))))

(defun grpcline-file--answer (whole request part steps)
  "Refuse WHOLE if it is a reference to PART of the answer of REQUEST, by STEPS."
  (let ((known (assoc request grpcline-file--ids))
        (proper (member part '("response" "headers" "trailers"))))
    (cond
     ((not (or known proper)) whole)
     ((not known)
      (grpcline-problem "there is no request named \"%s\"%s" request
                        (grpcline-hint request (sort (mapcar #'car grpcline-file--ids) #'string<))))
     ((not proper)
      (grpcline-problem "an answer has response, headers and trailers, but no \"%s\"" part))
     ((not (or (equal part "response")
               (string-match-p
                "\\`\\(?:\\.[A-Za-z0-9_-]+\\|\\['[^']*'\\]\\)\\(?:\\[[0-9]+\\]\\)?\\'" steps)))
      (grpcline-problem "%s are taken by name: {{%s.%s.NAME}}" part request part))
     (t (grpcline-problem "%s: values of earlier answers are not there in Emacs yet" whole)))))

(defun grpcline-file--expand (text escape &optional within)
  "Put values, changed by ESCAPE, in place of the references in TEXT.
WITHIN are the variables whose values are being expanded."
  (replace-regexp-in-string
   grpcline-file--reference
   (lambda (whole)
     (let ((name (match-string 1 whole)) (argument (match-string 2 whole))
           (request (match-string 3 whole)) (part (match-string 4 whole))
           (steps (match-string 5 whole)))
       (save-match-data
         (let ((value (if name (grpcline-file--variable whole name argument within)
                        (grpcline-file--answer whole request part steps))))
           (if (eq value whole) whole (funcall escape value))))))
   text t t))

(defun grpcline-file--expand-json (line)
  "Expand the references in LINE of a body, escaped if they stand in a string."
  (let ((at 0) inside parts)
    (while (< at (length line))
      (let* ((end (if (string-match "\\(?:[^\"\\]\\|\\\\.?\\)*" line at) (match-end 0) at))
             (piece (substring line at end)))
        (push (grpcline-file--expand piece (if inside #'grpcline-json-escape
                                             (lambda (it) (replace-regexp-in-string "[\r\n]" " " it))))
              parts)
        (when (< end (length line)) (push "\"" parts))
        (setq at (1+ end) inside (not inside))))
    (apply #'concat (nreverse parts))))

(defun grpcline-file--collect (text)
  "Return the blocks of TEXT and its variables, as (BLOCKS . VARIABLES)."
  (let ((block (make-grpcline-file--block)) (number 0) blocks variables lines)
    (dolist (line (split-string (string-replace "\r\n" "\n" (string-remove-prefix "\ufeff" text)) "\n"))
      (cl-incf number)
      (pcase-let ((`(,kind ,name ,value) (grpcline-file-classify line)))
        (when (cl-some (lambda (char) (eq (char-charset char) 'eight-bit)) line)
          (grpcline-file--report number "the line is not UTF-8"))
        (pcase kind
          ('separator
           (setf (grpcline-file--block-last block) (1- number))
           (push block blocks)
           (setq block (make-grpcline-file--block :name name :first number)))
          ('directive (push (list name value number) (grpcline-file--block-directives block)))
          ('bad-variable (grpcline-file--report number "a variable is written @name = value"))
          ('variable
           (if-let ((before (cdr (assoc name lines))))
               (grpcline-file--report
                number (format "the variable \"%s\" is defined twice, first on line %d" name before))
             (push (cons name number) lines))
           (push (cons name value) variables))
          ('content (push (cons number line) (grpcline-file--block-content block))))))
    (setf (grpcline-file--block-last block) number)
    (push block blocks)
    (dolist (it blocks)
      (cl-callf nreverse (grpcline-file--block-directives it))
      (cl-callf nreverse (grpcline-file--block-content it)))
    (cons (nreverse blocks) variables)))

(defun grpcline-file--name-blocks (blocks)
  "Return an alist of the names by which references mean some of BLOCKS."
  (let ((proper (concat "\\`" grpcline-file--identifier "\\'")) named lines)
    (dolist (block blocks)
      (pcase-dolist (`(,directive ,value ,line) (grpcline-file--block-directives block))
        (when (equal directive "name")
          (cond
           ((null (grpcline-file--block-content block))
            (grpcline-file--report line "# @name belongs to a request"))
           ((not (string-match-p proper value))
            (grpcline-file--report
             line "# @name needs a name of letters, digits, _ and -, such as login"))
           ((assoc value lines)
            (grpcline-file--report line (format "the name \"%s\" is given twice, first on line %d"
                                                value (cdr (assoc value lines)))))
           (t (push (cons value block) named)
              (push (cons value line) lines))))))
    (let ((explicit (mapcar #'cdr named)))
      (dolist (block blocks)
        (let ((name (grpcline-file--block-name block)))
          (when (and (grpcline-file--block-content block) (not (memq block explicit))
                     (string-match-p proper name) (not (assoc name named)))
            (push (cons name block) named)))))
    named))

(defun grpcline-file--settings (block folder)
  "Read the directives of BLOCK; paths start at FOLDER."
  (let (settings)
    (pcase-dolist (`(,name ,value ,line) (grpcline-file--block-directives block))
      (grpcline-file--attempt line
        (setq settings (grpcline-directives-read
                        settings name
                        (if (equal name "name") value (grpcline-file--expand value #'identity))
                        folder))))
    settings))

(defun grpcline-file--read-head (request content)
  "Read metadata and method of REQUEST from CONTENT; return the rest of it."
  (let (metadata)
    (while (and content (setq metadata (grpcline-file-metadata (cdar content))))
      (let* ((line (car (pop content)))
             (value (grpcline-file--attempt line
                      (grpcline-file--expand (cdr metadata) #'identity))))
        (cl-callf append (alist-get (car metadata) (grpcline-request-metadata request)
                                    nil nil #'equal)
          (and value (list value))))))
  (pcase (pop content)
    ('nil (grpcline-file--report
           (grpcline-request-address-line request)
           "the request has no method: write package.Service/Method under its address"))
    (`(,line . ,text)
     (setf (grpcline-request-method-line request) line)
     (grpcline-file--attempt line
       (let ((method (grpcline-file--expand (grpcline-file--trim text) #'identity)))
         (if (string-match "\\`/?\\([^ \t/]+/[^ \t/]+\\)\\'" method)
             (setf (grpcline-request-method request) (match-string 1 method))
           (grpcline-problem
            "%s is neither metadata (name: value) nor a method (package.Service/Method)" method))))))
  content)

(defun grpcline-file--read-body (request content)
  "Read the messages of REQUEST from CONTENT."
  (let* ((first (caar content))
         (body (and first (make-vector (- (1+ (grpcline-request-last request)) first) "")))
         (whole t))
    (cond
     ((null first))
     ((grpcline-file-metadata (cdar content))
      (grpcline-file--report first "metadata goes above the method"))
     (t
      (pcase-dolist (`(,line . ,text) content)
        (let ((json (grpcline-file--attempt line (grpcline-file--expand-json text))))
          (if json (aset body (- line first) json) (setq whole nil))))
      (when whole
        (condition-case problem
            (setf (grpcline-request-messages request)
                  (mapcar (pcase-lambda (`(,text ,line ,last))
                            (list text (+ first line -1) (+ first last -1)))
                          (grpcline-json-split
                           (string-trim-right (string-join body "\n") "[ \t\n]+"))))
          (grpcline-json-problem
           (grpcline-file--report (+ first (cadr problem) -1) (nth 2 problem)))))))))

(defun grpcline-file--read-request (block defaults folder)
  "Read the request of BLOCK, with the file's settings DEFAULTS, in FOLDER."
  (pcase-let* ((`((,line . ,text) . ,rest) (grpcline-file--block-content block))
               (request (make-grpcline-request
                         :name (grpcline-file--block-name block)
                         :id (car (rassq block grpcline-file--ids))
                         :first (grpcline-file--block-first block)
                         :last (grpcline-file--block-last block)
                         :address-line line
                         :settings (grpcline-directives-merge
                                    defaults (grpcline-file--settings block folder)))))
    (setf (grpcline-request-address request)
          (grpcline-file--attempt line
            (grpcline-file--expand (grpcline-file--trim text) #'identity)))
    (grpcline-file--read-body request (grpcline-file--read-head request rest))
    request))

(cl-defun grpcline-file-parse (text folder &key (env #'getenv) environment)
  "Read the .grpc file TEXT, whose relative paths start at FOLDER.
ENV returns a variable of the environment.  The alist ENVIRONMENT has variables
that win over the file's."
  (let* ((grpcline-file--problems nil)
         (collected (grpcline-file--collect text))
         (blocks (car collected))
         (grpcline-file--env env)
         (grpcline-file--variables (append environment (cdr collected)))
         (grpcline-file--ids (grpcline-file--name-blocks blocks))
         (defaults (and (null (grpcline-file--block-content (car blocks)))
                        (grpcline-file--settings (car blocks) folder)))
         (requests (mapcar (lambda (block)
                             (grpcline-file--read-request block defaults folder))
                           (seq-filter #'grpcline-file--block-content blocks))))
    (make-grpcline-file :requests requests
                        :problems (sort (nreverse grpcline-file--problems)
                                        (lambda (a b) (< (car a) (car b)))))))

(defun grpcline-file-request-at (file line)
  "Return the request of FILE whose block contains LINE."
  (seq-find (lambda (it) (<= (grpcline-request-first it) line (grpcline-request-last it)))
            (grpcline-file-requests file)))

(defun grpcline-file-blocking (file request)
  "Return the problems of FILE that keep REQUEST from being run."
  (seq-filter (lambda (problem)
                (memq (grpcline-file-request-at file (car problem)) (list nil request)))
              (grpcline-file-problems file)))

(defun grpcline-request-connection (request)
  "Return the params of REQUEST for `openConnection'."
  (grpcline-directives-connection (grpcline-request-address request)
                                  (grpcline-request-metadata request)
                                  (grpcline-request-settings request)))

(provide 'grpcline-file)
;;; grpcline-file.el ends here
