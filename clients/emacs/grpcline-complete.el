;;; grpcline-complete.el --- Completion in .grpc files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; What can be completed at a place of a .grpc file, and the candidates for it from
;; the server's schema, which the worker is asked for and which is kept for a while.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-file)
(require 'grpcline-worker)

(defun grpcline-complete--spot (text)
  "Return where the end of TEXT, a body, stands: on a name or a value."
  ;; A frame is (BRACKET EXPECTS NAME USED), the innermost first.
  (let ((stack (list (list nil 'value nil nil))) (at 0) (prefix "") quoted token done)
    (while (and (not done) (setq token (grpcline-json-token text at)))
      (pcase-let ((`(,kind ,first ,end) token) (top (car stack)))
        (if (and (= end (length text)) (memq kind '(unfinished word)))
            (setq quoted (eq kind 'unfinished)
                  prefix (substring text (if quoted (1+ first) first))
                  done t)
          (when (and (null (cdr stack)) (eq (nth 1 top) 'comma))
            (setf (nth 1 top) 'value)) ; The next message of the body.
          (pcase kind
            (?{ (push (list ?{ 'name nil nil) stack))
            (?\[ (push (list ?\[ 'value nil nil) stack))
            ((or ?} ?\])
             (when (cdr stack) (pop stack))
             (setf (nth 1 (car stack)) 'comma))
            (?, (setf (nth 1 top) (if (eq (car top) ?{) 'name 'value)))
            (?: (setf (nth 1 top) 'value))
            ((and 'string (guard (eq (nth 1 top) 'name)))
             (let ((name (substring text (1+ first) (1- end))))
               (setf (nth 1 top) 'colon (nth 2 top) name
                     (nth 3 top) (append (nth 3 top) (list name)))))
            (_ (setf (nth 1 top) 'comma)))
          (setq at end))))
    (let ((top (car stack)))
      (when (memq (nth 1 top) '(name value))
        (list :kind (if (eq (nth 1 top) 'name) 'field 'value)
              :prefix prefix :quoted quoted :used (nth 3 top)
              :path (cl-loop for (frame . inner) on (reverse stack)
                             if (eq (car frame) ?\[) collect 0
                             else if (and (car frame) (or inner (eq (nth 1 frame) 'value)))
                             collect (nth 2 frame)))))))

(defun grpcline-complete--content (lines)
  "Return the content of the block above the last of LINES."
  (let (content)
    (cl-loop for line in (cdr (reverse lines))
             for kind = (car (grpcline-file-classify line))
             until (eq kind 'separator)
             when (eq kind 'content) do (push line content))
    content))

(defun grpcline-complete-context (lines)
  "Return what can be completed at the end of LINES, the file down to there.
It is nil, or a plist with `:kind', a symbol, and `:prefix', what is typed."
  (let* ((line (car (last lines)))
         (kind (car (grpcline-file-classify line)))
         (content (grpcline-complete--content lines))
         (method (seq-drop-while #'grpcline-file-metadata (cdr content)))
         (case-fold-search nil))
    (cond
     ((string-match "\\`[ \t]*\\(?:#\\|//\\)[ \t]*@\\([A-Za-z0-9-]*\\)\\'" line)
      (list :kind 'directive :prefix (match-string 1 line)))
     ((and (not (eq kind 'comment)) (string-match "{{[ \t]*\\(\\$?[A-Za-z0-9_-]*\\)\\'" line))
      (list :kind 'reference :prefix (match-string 1 line)))
     ((not (memq kind '(content blank))) nil)
     (method (grpcline-complete--spot (string-join (append (cdr method) (list line)) "\n")))
     ((or (null content) (grpcline-file-metadata line)) nil)
     ((string-match "\\`[ \t]*/?\\([^ \t/]+\\)/\\([^ \t/]*\\)\\'" line)
      (list :kind 'method :service (match-string 1 line) :prefix (match-string 2 line)))
     ((string-match "\\`[ \t]*/?\\([^ \t/]*\\)\\'" line)
      (list :kind 'service :prefix (match-string 1 line))))))

;;; The schema

(defun grpcline-complete--member (object name)
  "Return the member NAME of OBJECT."
  (plist-get object (intern (concat ":" name))))

(defun grpcline-complete--resolve (node definitions)
  "Follow the reference that NODE is, into DEFINITIONS."
  (if-let ((ref (plist-get node :$ref)))
      (grpcline-complete--member definitions (string-remove-prefix "#/$defs/" ref))
    node))

(defun grpcline-complete--find (schema path)
  "Return the node of SCHEMA at PATH."
  (let* ((definitions (plist-get schema :$defs))
         (node (grpcline-complete--resolve schema definitions)))
    (dolist (step path node)
      (let ((child (if (eq step 0) (plist-get node :items)
                     (or (grpcline-complete--member (plist-get node :properties) step)
                         (plist-get node :additionalProperties)))))
        (setq node (and (consp child) (grpcline-complete--resolve child definitions)))))))

(defun grpcline-complete--type (node)
  "Name the type of NODE in a word or two."
  (let ((type (plist-get node :type)) (additional (plist-get node :additionalProperties)))
    (cond
     ((plist-get node :$ref) (car (last (split-string (plist-get node :$ref) "/"))))
     ((plist-get node :items)
      (concat "repeated " (grpcline-complete--type (plist-get node :items))))
     ((consp additional) (concat "map of " (grpcline-complete--type additional)))
     ((vectorp type) (string-join type " or "))
     (t (or type "any")))))

(defun grpcline-complete-fields (schema path)
  "Return the fields at PATH of SCHEMA, each as (NAME TYPE COMMENT)."
  (cl-loop for (key node) on (plist-get (grpcline-complete--find schema path) :properties)
           by #'cddr
           collect (list (grpcline-json-name key) (grpcline-complete--type node)
                         (or (plist-get node :description)
                             (plist-get (grpcline-complete--resolve node (plist-get schema :$defs))
                                        :description)
                             ""))))

(defun grpcline-complete-values (schema path)
  "Return the values that are known for PATH of SCHEMA, as JSON text."
  (let ((node (grpcline-complete--find schema path)))
    (append (and (equal (plist-get node :type) "boolean") '("true" "false"))
            (mapcar #'grpcline-json-text
                    (seq-mapcat (lambda (it) (plist-get it :enum))
                                (cons node (append (plist-get node :anyOf) nil)) 'list)))))

;;; The server

(defconst grpcline-complete--keep 10 "For how many seconds answers are used again.")

(defvar grpcline-complete--answers (make-hash-table :test #'equal)
  "Answers as (TIME . RESULT), by what was asked.")

(defun grpcline-complete-forget ()
  "Forget what the worker was asked."
  (clrhash grpcline-complete--answers))

(defun grpcline-complete--ask (request method arguments)
  "Return the answer to METHOD with ARGUMENTS for the server of REQUEST."
  (let* ((params (cons (cons 'connection (grpcline-request-connection request)) arguments))
         (key (cons method params))
         (known (gethash key grpcline-complete--answers)))
    (if (and known (< (- (float-time) (car known)) grpcline-complete--keep))
        (cdr known)
      (let ((result (jsonrpc-request (grpcline-worker) method params :timeout 5
                                     :cancel-on-input (not noninteractive))))
        (when result
          (puthash key (cons (float-time) result) grpcline-complete--answers))
        result))))

(defun grpcline-complete--quoted (name spot rest)
  "Return NAME for SPOT, in the quotes that are not there, then REST."
  (let ((closed (eq (char-after) ?\")))
    (concat (unless (plist-get spot :quoted) "\"") name
            (unless (and closed (plist-get spot :quoted)) (concat "\"" rest)))))

(defun grpcline-complete--candidates (request spot variables)
  "Return candidates for SPOT in REQUEST, each as (TEXT . ANNOTATION).
VARIABLES are the names of the file's."
  (cl-flet ((schema () (plist-get (grpcline-complete--ask
                                   request :getMethod `((method . ,(grpcline-request-method request))))
                                  :requestSchema)))
    (pcase (plist-get spot :kind)
      ('directive (mapcar #'list grpcline-directives-names))
      ('reference (mapcar #'list variables))
      ((guard (null request)) nil)
      ('service (mapcar (lambda (it) (cons (concat it "/") " service"))
                        (plist-get (grpcline-complete--ask request :getServiceList nil) :services)))
      ('method (mapcar (lambda (it)
                         (cons (plist-get it :name)
                               (format " %s: %s → %s" (plist-get it :kind)
                                       (plist-get it :requestType) (plist-get it :responseType))))
                       (plist-get (grpcline-complete--ask
                                   request :getMethodList `((service . ,(plist-get spot :service))))
                                  :methods)))
      ((guard (null (grpcline-request-method request))) nil)
      ('field (cl-loop for (name type) in (grpcline-complete-fields (schema) (plist-get spot :path))
                       unless (member name (plist-get spot :used))
                       collect (cons (grpcline-complete--quoted name spot ": ") (concat " " type))))
      ('value (cl-loop for text in (grpcline-complete-values (schema) (plist-get spot :path))
                       if (string-prefix-p "\"" text)
                       collect (list (grpcline-complete--quoted (substring text 1 -1) spot ""))
                       else unless (plist-get spot :quoted) collect (list text))))))

(defun grpcline-complete-at-point ()
  "Complete directives, variables, services, methods, fields and values.
It belongs into `completion-at-point-functions'."
  (when-let ((spot (grpcline-complete-context
                    (split-string (buffer-substring-no-properties (point-min) (point)) "\n"))))
    (let* ((text (buffer-substring-no-properties (point-min) (point-max)))
           (request (grpcline-file-request-at
                     (grpcline-file-parse text (directory-file-name (expand-file-name default-directory)))
                     (line-number-at-pos)))
           (candidates
            (condition-case err
                (grpcline-complete--candidates
                 request spot
                 (let (names (from 0))
                   (while (string-match "^[ \t]*@\\([A-Za-z_][A-Za-z0-9_-]*\\)[ \t]*=" text from)
                     (setq from (match-end 0))
                     (push (match-string 1 text) names))
                   names))
              (jsonrpc-error
               (message "grpcline: %s" (alist-get 'jsonrpc-error-message (cdr err)))
               nil))))
      (list (- (point) (length (plist-get spot :prefix))) (point) candidates
            :exclusive 'no
            :annotation-function (lambda (it) (cdr (assoc it candidates)))))))

(provide 'grpcline-complete)
;;; grpcline-complete.el ends here
