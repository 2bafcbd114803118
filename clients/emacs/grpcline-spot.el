;;; grpcline-spot.el --- Where in a .grpc file something is typed  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; What can be completed at a place of a .grpc file: a directive, a reference, a service,
;; a method, or a field or a value at a path of a body.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-json)
(require 'grpcline-lines)

(defun grpcline-spot--body (text)
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

(defun grpcline-spot--content (lines)
  "Return the content of the block above the last of LINES."
  (let (content)
    (cl-loop for line in (cdr (reverse lines))
             for kind = (car (grpcline-lines-classify line))
             until (eq kind 'separator)
             when (eq kind 'content) do (push line content))
    content))

(defun grpcline-spot (lines)
  "Return what can be completed at the end of LINES, the file down to there.
It is nil, or a plist with `:kind', a symbol, and `:prefix', what is typed."
  (let* ((line (car (last lines)))
         (kind (car (grpcline-lines-classify line)))
         (content (grpcline-spot--content lines))
         (method (seq-drop-while #'grpcline-lines-metadata (cdr content)))
         (case-fold-search nil))
    (cond
     ((string-match "\\`[ \t]*\\(?:#\\|//\\)[ \t]*@\\([A-Za-z0-9-]*\\)\\'" line)
      (list :kind 'directive :prefix (match-string 1 line)))
     ((and (not (eq kind 'comment)) (string-match "{{[ \t]*\\(\\$?[A-Za-z0-9_-]*\\)\\'" line))
      (list :kind 'reference :prefix (match-string 1 line)))
     ((not (memq kind '(content blank))) nil)
     (method (grpcline-spot--body (string-join (append (cdr method) (list line)) "\n")))
     ((or (null content) (grpcline-lines-metadata line)) nil)
     ((string-match "\\`[ \t]*/?\\([^ \t/]+\\)/\\([^ \t/]*\\)\\'" line)
      (list :kind 'method :service (match-string 1 line) :prefix (match-string 2 line)))
     ((string-match "\\`[ \t]*/?\\([^ \t/]*\\)\\'" line)
      (list :kind 'service :prefix (match-string 1 line))))))

(provide 'grpcline-spot)
;;; grpcline-spot.el ends here
