;;; grpcline-here.el --- The request at point  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; What is at point: a request of a .grpc file, with the chosen environment and the
;; answers there are, or, in a result, what that shows.

;;; Code:

(require 'cl-lib)
(require 'grpcline-environment)
(require 'grpcline-file)
(require 'grpcline-history)
(require 'grpcline-options)
(require 'grpcline-runs)

(defun grpcline-here-path ()
  "Return the path of this buffer; if it has no file, of one in its folder."
  (expand-file-name (or buffer-file-name "unnamed.grpc")))

(defun grpcline-here--folder ()
  "Return the folder of this buffer's file."
  (directory-file-name (file-name-directory (grpcline-here-path))))

(defun grpcline-here--text (path)
  "Return the text of the file PATH, as it is edited or on the disk, or nil."
  (if-let ((buffer (find-buffer-visiting path)))
      (with-current-buffer buffer
        (save-restriction
          (widen)
          (buffer-substring-no-properties (point-min) (point-max))))
    (when (file-readable-p path)
      (with-temp-buffer
        (let ((coding-system-for-read 'utf-8))
          (insert-file-contents path))
        (buffer-string)))))

(defun grpcline-here-environment ()
  "Return the environments that this buffer's file can have, as chosen."
  (grpcline-environment-read
   (grpcline-environment-find (grpcline-here--folder) #'grpcline-here--text)
   grpcline-environment-name))

(defun grpcline-here-parse (&optional environment)
  "Read this buffer with the answers there are and the values of ENVIRONMENT.
It is `grpcline-here-environment' if it is not given."
  (let ((path (grpcline-here-path)))
    (save-restriction
      (widen)
      (grpcline-file-parse
       (buffer-substring-no-properties (point-min) (point-max)) (grpcline-here--folder)
       :environment (grpcline-environment-values (or environment (grpcline-here-environment)))
       :answer (lambda (id) (grpcline-history-answer path id))))))

(defun grpcline-here-obstacle (environment file request)
  "Return why REQUEST of FILE, read with ENVIRONMENT, cannot be run; nil if it can."
  (if-let ((broken (car (grpcline-environment-problems environment))))
      (format "%s:%d: %s" (file-name-nondirectory (car broken)) (nth 1 broken) (nth 2 broken))
    (when-let ((stop (grpcline-file-obstacle file request)))
      (format "line %d: %s" (car stop) (cdr stop)))))

(defun grpcline-here-line ()
  "Return the line of point, from 1."
  (line-number-at-pos nil t))

(defun grpcline-here-source ()
  "Return the buffer of the .grpc file that this buffer is, or is a result of."
  (cond
   (grpcline-runs-shown
    (let ((source (grpcline-shown-source grpcline-runs-shown)))
      (if (buffer-live-p source) source
        (find-file-noselect (grpcline-shown-path grpcline-runs-shown)))))
   ((derived-mode-p 'grpcline-mode) (current-buffer))
   (t (user-error "There is no request here"))))

(defun grpcline-here-title (file)
  "Return the title of the request of FILE that is at point, in it or in a result."
  (if-let ((shown grpcline-runs-shown))
      (or (grpcline-shown-title shown)
          (grpcline-run-all-title-at (grpcline-shown-run shown) (grpcline-here-line)))
    (when-let ((request (grpcline-file-request-at file (grpcline-here-line))))
      (grpcline-file-title file request))))

(cl-defstruct grpcline-place
  "A REQUEST that can be run, of FILE in the buffer SOURCE."
  source file request)

(defun grpcline-here-request ()
  "Return the request at point, a `grpcline-place', if it can be run.
In a result, it is the one that this shows."
  (let* ((source (grpcline-here-source))
         (environment (with-current-buffer source (grpcline-here-environment)))
         (file (with-current-buffer source (grpcline-here-parse environment)))
         (title (or (grpcline-here-title file) (user-error "There is no request here")))
         (request (or (seq-find (lambda (it) (equal title (grpcline-file-title file it)))
                                (grpcline-file-requests file))
                      (user-error "The file has no request \"%s\" any more" title)))
         (obstacle (grpcline-here-obstacle environment file request)))
    (when obstacle
      (user-error "%s" (concat (upcase (substring obstacle 0 1)) (substring obstacle 1))))
    (make-grpcline-place :source source :file file :request request)))

(defun grpcline-here-result ()
  "Return the result buffer of the request at point, or nil."
  (let* ((source (grpcline-here-source))
         (title (grpcline-here-title (with-current-buffer source (grpcline-here-parse)))))
    (and title (grpcline-runs-buffer (with-current-buffer source (grpcline-here-path)) title))))

(defun grpcline-here-run ()
  "Return the run that this buffer shows or whose request is at point, if it runs."
  (let* ((buffer (if grpcline-runs-shown (current-buffer) (grpcline-here-result)))
         (shown (and buffer (buffer-local-value 'grpcline-runs-shown buffer)))
         (run (and shown (grpcline-shown-run shown))))
    (unless (and run (grpcline-runs-live-p run))
      (user-error "Nothing runs here"))
    run))

(defun grpcline-here-single-run ()
  "Return the run here as `grpcline-here-run' does, if it is of a single request."
  (let ((run (grpcline-here-run)))
    (unless (grpcline-run-p run)
      (user-error "This is for a single request"))
    run))

(defun grpcline-here-message ()
  "Return the message of the body at point, or nil."
  (when (derived-mode-p 'grpcline-mode)
    (let* ((line (grpcline-here-line))
           (request (grpcline-file-request-at (grpcline-here-parse) line)))
      (car (seq-find (pcase-lambda (`(,_ ,first ,last)) (<= first line last))
                     (and request (grpcline-request-messages request)))))))

(provide 'grpcline-here)
;;; grpcline-here.el ends here
