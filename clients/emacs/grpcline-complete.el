;;; grpcline-complete.el --- Completion in .grpc files  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Candidates for what is typed in a .grpc file, and a line about the field at point.

;;; Code:

(require 'cl-lib)
(require 'jsonrpc)
(require 'subr-x)
(require 'grpcline-directives)
(require 'grpcline-file)
(require 'grpcline-here)
(require 'grpcline-schema)
(require 'grpcline-server)
(require 'grpcline-spot)

(defun grpcline-complete--quoted (name spot rest)
  "Return NAME for SPOT, in the quotes that are not there, then REST."
  (let ((closed (eq (char-after) ?\")))
    (concat (unless (plist-get spot :quoted) "\"") name
            (unless (and closed (plist-get spot :quoted)) (concat "\"" rest)))))

(defun grpcline-complete--fields (request spot)
  "Return the fields for SPOT in the body of REQUEST."
  (cl-loop for (name type comment)
           in (grpcline-schema-fields (grpcline-server-schema request) (plist-get spot :path))
           unless (member name (plist-get spot :used))
           collect (list (grpcline-complete--quoted name spot ": ") (concat " " type) comment)))

(defun grpcline-complete--values (request spot)
  "Return the values for SPOT in the body of REQUEST."
  (cl-loop for text
           in (grpcline-schema-values (grpcline-server-schema request) (plist-get spot :path))
           if (string-prefix-p "\"" text)
           collect (list (grpcline-complete--quoted (substring text 1 -1) spot ""))
           else unless (plist-get spot :quoted) collect (list text)))

(defun grpcline-complete--candidates (file request spot)
  "Return candidates for SPOT in REQUEST of FILE.
Each is (TEXT ANNOTATION COMMENT)."
  (pcase (plist-get spot :kind)
    ('directive (mapcar #'list grpcline-directives-names))
    ('reference (append (mapcar (lambda (it) (list it " variable")) (grpcline-file-variables file))
                        (mapcar (lambda (it) (list (concat it ".response") " answer"))
                                (grpcline-file-names file))))
    ((guard (null request)) nil)
    ('service (mapcar (lambda (it) (list (concat it "/") " service"))
                      (grpcline-server-services request)))
    ('method (mapcar (lambda (it)
                       (list (plist-get it :name)
                             (format " %s: %s → %s" (plist-get it :kind)
                                     (plist-get it :requestType) (plist-get it :responseType))
                             (plist-get it :description)))
                     (grpcline-server-methods request (plist-get spot :service))))
    ((guard (null (grpcline-request-method request))) nil)
    ('field (grpcline-complete--fields request spot))
    ('value (grpcline-complete--values request spot))))

(defun grpcline-complete--spot ()
  "Return what can be completed at point, see `grpcline-spot'."
  (save-restriction
    (widen)
    (grpcline-spot (split-string (buffer-substring-no-properties (point-min) (point)) "\n"))))

(defun grpcline-complete-at-point ()
  "Complete directives, references, services, methods, fields and values.
It belongs into `completion-at-point-functions'."
  (when-let ((spot (grpcline-complete--spot)))
    (let* ((file (grpcline-here-parse))
           (request (grpcline-file-request-at file (grpcline-here-line)))
           (candidates (condition-case err
                           (grpcline-complete--candidates file request spot)
                         (jsonrpc-error
                          (message "grpcline: %s" (alist-get 'jsonrpc-error-message (cdr err)))
                          nil))))
      (list (- (point) (length (plist-get spot :prefix))) (point) candidates
            :exclusive 'no
            :annotation-function (lambda (it) (nth 1 (assoc it candidates)))
            :company-docsig (lambda (it) (nth 2 (assoc it candidates)))))))

;;; ElDoc

(defun grpcline-complete--name-end ()
  "Return the place behind the string that point is in, or point."
  (save-excursion
    (if (nth 3 (syntax-ppss))
        (progn (skip-chars-forward "^\"\n") (point))
      (point))))

(defun grpcline-complete-eldoc (callback &rest _)
  "Tell CALLBACK the type and the comment of the field at point.
It belongs into `eldoc-documentation-functions'.  The worker is not
started for it, nor waited for."
  (let* ((spot (save-excursion (goto-char (grpcline-complete--name-end))
                               (grpcline-complete--spot)))
         (name (plist-get spot :prefix))
         (request (and (eq (plist-get spot :kind) 'field)
                       (not (equal name ""))
                       (grpcline-worker-live-p)
                       (grpcline-file-request-at (grpcline-here-parse) (grpcline-here-line)))))
    (when (and request (grpcline-request-method request))
      (grpcline-server-later
       request
       (lambda (schema)
         (when-let ((field (assoc name (grpcline-schema-fields schema (plist-get spot :path)))))
           (funcall callback (string-join (remove "" (cdr field)) ": ")
                    :thing name :face 'font-lock-variable-name-face))))
      t)))

(provide 'grpcline-complete)
;;; grpcline-complete.el ends here
