;;; grpcline-flymake.el --- Problems at their lines  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Shows by Flymake the problems of .grpc files, of their environment files, of the
;; schemas they name, and of the message that the last run refused.  Environment files and
;; schemas are shown their problems in buffers of their own, now or when they are visited.

;;; Code:

(require 'cl-lib)
(require 'flymake)
(require 'grpcline-environment)
(require 'grpcline-file)
(require 'grpcline-here)
(require 'grpcline-json-parts)
(require 'grpcline-params)
(require 'grpcline-render)
(require 'grpcline-run)

(defvar-local grpcline-flymake--refused nil
  "What the last run said of a line of this buffer, as (LINE . MESSAGE).")

(defvar grpcline-flymake--foreign (make-hash-table :test #'equal)
  "Problems of other files by path.
They are an alist of lists of (LINE COLUMN MESSAGE) by who told them.
Those of environments are told by `environment', those of schemas by the
path of a .grpc file.")

(defun grpcline-flymake--diagnostic (line column message)
  "Return a diagnostic of LINE and COLUMN of this buffer, with MESSAGE."
  (save-restriction
    (widen)
    (pcase-let ((`(,from . ,to) (or (flymake-diag-region (current-buffer) line column)
                                    (cons (point-min) (point-max)))))
      (flymake-make-diagnostic (current-buffer) from to :error message))))

;;; Other files

(defun grpcline-flymake--foreign-problems (path)
  "Return the problems of the file PATH."
  (apply #'append (mapcar #'cdr (gethash path grpcline-flymake--foreign))))

(defun grpcline-flymake-foreign (report &rest _)
  "A backend of Flymake for schemas and environment files.
It tells REPORT what is known of this one."
  (funcall report
           (mapcar (lambda (it) (apply #'grpcline-flymake--diagnostic it))
                   (grpcline-flymake--foreign-problems (expand-file-name buffer-file-name)))))

(defun grpcline-flymake--visit ()
  "Show the problems of the file that this buffer visits, if there are any."
  (when (and buffer-file-name
             (grpcline-flymake--foreign-problems (expand-file-name buffer-file-name)))
    (if (bound-and-true-p flymake-mode)
        (progn (add-hook 'flymake-diagnostic-functions #'grpcline-flymake-foreign nil t)
               (flymake-start))
      ;; Not behind Flymake's default backend, which says that it has nothing to do.
      (setq-local flymake-diagnostic-functions (list #'grpcline-flymake-foreign))
      (flymake-mode 1))))

(defun grpcline-flymake--tell (path who problems)
  "Show PROBLEMS, which WHO tells, in the file PATH, in place of those before."
  (let ((before (alist-get who (gethash path grpcline-flymake--foreign) nil nil #'equal)))
    (unless (equal before problems)
      (setf (alist-get who (gethash path grpcline-flymake--foreign) nil t #'equal) problems)
      (add-hook 'find-file-hook #'grpcline-flymake--visit)
      (when-let ((buffer (find-buffer-visiting path)))
        (with-current-buffer buffer
          (grpcline-flymake--visit)
          (when (bound-and-true-p flymake-mode) (flymake-start)))))))

(defun grpcline-flymake--tell-environment (environment)
  "Show the problems of ENVIRONMENT in its files."
  (dolist (path (grpcline-environment-files environment))
    (grpcline-flymake--tell
     path 'environment
     (cl-loop for (file line message) in (grpcline-environment-problems environment)
              when (equal file path) collect (list line 1 message)))))

(defun grpcline-flymake--tell-schemas (who settings diagnostics)
  "Show DIAGNOSTICS of the worker in the schemas of SETTINGS, as told by WHO."
  (let (by-path)
    (dolist (it diagnostics)
      (when-let ((path (grpcline-params-schema-path settings (plist-get it :file))))
        (push (list (plist-get it :line) (plist-get it :column) (plist-get it :message))
              (alist-get (expand-file-name path) by-path nil nil #'equal))))
    (maphash (lambda (path told)
               (when (and (assoc who told) (not (assoc path by-path)))
                 (grpcline-flymake--tell path who nil)))
             (copy-hash-table grpcline-flymake--foreign))
    (pcase-dolist (`(,path . ,problems) by-path)
      (grpcline-flymake--tell path who (nreverse problems)))))

;;; .grpc files

(defun grpcline-flymake--refused-line (run)
  "Return (LINE . MESSAGE) if RUN failed for a value in its body."
  (let* ((failure (grpcline-run-failure run))
         (data (plist-get failure :data))
         (path (and data (grpcline-json-member "path" (grpcline-json-members data))))
         (message (nth (or (grpcline-run-failed-message run) 0)
                       (grpcline-request-messages (grpcline-run-request run)))))
    (when (and path message)
      (cons (+ (nth 1 message)
               (grpcline-json-locate (car message) (grpcline-json-string path)) -1)
            (plist-get failure :message)))))

(defun grpcline-flymake-ended (source run)
  "Show what RUN, which has ended, says of the buffer SOURCE and of the schemas.
One that went well clears what the last one said."
  (when (buffer-live-p source)
    (with-current-buffer source
      (let ((diagnostics (grpcline-render-diagnostics
                          (plist-get (grpcline-run-failure run) :data))))
        (grpcline-flymake--tell-schemas
         (grpcline-here-path) (grpcline-request-settings (grpcline-run-request run)) diagnostics)
        (setq grpcline-flymake--refused
              (and (null diagnostics) (grpcline-flymake--refused-line run)))
        (when (bound-and-true-p flymake-mode) (flymake-start))))))

(defun grpcline-flymake--forget (&rest _)
  "Forget what the last run said of this buffer, which has changed."
  (setq grpcline-flymake--refused nil))

(defun grpcline-flymake (report &rest _)
  "A backend of Flymake that tells REPORT the problems of this .grpc buffer."
  (let ((environment (grpcline-here-environment)))
    (grpcline-flymake--tell-environment environment)
    (funcall report
             (mapcar (lambda (it) (grpcline-flymake--diagnostic (car it) nil (cdr it)))
                     (append (grpcline-file-problems (grpcline-here-parse environment))
                             (and grpcline-flymake--refused (list grpcline-flymake--refused)))))))

(defun grpcline-flymake-check-all ()
  "Check every .grpc buffer anew."
  (dolist (buffer (buffer-list))
    (with-current-buffer buffer
      (when (and (derived-mode-p 'grpcline-mode) (bound-and-true-p flymake-mode))
        (flymake-start)))))

(defun grpcline-flymake--saved ()
  "Check .grpc buffers anew if this buffer is an environment file."
  (when (member (file-name-nondirectory (or buffer-file-name "")) grpcline-environment-file-names)
    (grpcline-flymake-check-all)))

(defun grpcline-flymake-setup ()
  "Show the problems of this .grpc buffer by Flymake."
  (add-hook 'after-save-hook #'grpcline-flymake--saved)
  (setq-local flymake-diagnostic-functions (list #'grpcline-flymake))
  (add-hook 'after-change-functions #'grpcline-flymake--forget nil t)
  (flymake-mode 1))

(provide 'grpcline-flymake)
;;; grpcline-flymake.el ends here
