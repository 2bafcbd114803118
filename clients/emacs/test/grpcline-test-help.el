;;; grpcline-test-help.el --- What tests of runs share  -*- lexical-binding: t; -*-

;;; Commentary:

;; Buffers of .grpc files, and waiting for what a result shows.

;;; Code:

(require 'ert)
(require 'grpcline)
(require 'grpcline-file-test)

(defun grpcline-test--sections (text)
  "Return the parts of TEXT below lines of ###, by title."
  (mapcar (lambda (part)
            (let ((at (string-search "\n" part)))
              (cons (substring part 0 at) (string-trim-right (substring part (1+ at))))))
          (split-string text "^### " t)))

(defun grpcline-test--shown (buffer)
  "Return what BUFFER shows, with times as N ms."
  (with-current-buffer buffer
    (string-trim-right (replace-regexp-in-string "[0-9]+ ms" "N ms" (buffer-string)))))

(defun grpcline-test--await (buffer text)
  "Wait until BUFFER shows TEXT."
  (with-timeout (30 (ert-fail (list "not shown" text (grpcline-test--shown buffer))))
    (while (not (string-search text (grpcline-test--shown buffer)))
      (accept-process-output nil 0.02))))

(defmacro grpcline-test--with (text &rest body)
  "Do BODY in a file of TEXT."
  (declare (indent 1))
  `(with-temp-buffer
     (insert ,text)
     (grpcline-mode)
     (goto-char (point-min))
     (cl-letf (((symbol-function 'display-buffer) #'ignore))
       ,@body)))

(defmacro grpcline-test--in (name &rest body)
  "Do BODY in a buffer of NAME, a shared test file, as if it visited that."
  (declare (indent 1))
  `(grpcline-test--with (grpcline-test-read ,name)
     (setq buffer-file-name (expand-file-name ,name grpcline-test-shared)
           default-directory (file-name-directory buffer-file-name))
     (unwind-protect (progn ,@body)
       (set-buffer-modified-p nil)
       (setq buffer-file-name nil))))

(defmacro grpcline-test--folder (folder files &rest body)
  "Do BODY with FOLDER, a new one that has FILES, (NAME . TEXT), and is deleted then."
  (declare (indent 2))
  `(let ((,folder (file-name-as-directory (make-temp-file "grpcline" t))))
     (unwind-protect
         (progn
           (pcase-dolist (`(,name . ,text) ,files)
             (with-temp-file (expand-file-name name ,folder) (insert text)))
           (cl-letf (((symbol-function 'display-buffer) #'ignore))
             ,@body))
       (dolist (buffer (buffer-list))
         (when (string-prefix-p ,folder (or (buffer-file-name buffer) ""))
           (with-current-buffer buffer (set-buffer-modified-p nil))
           (kill-buffer buffer)))
       (delete-directory ,folder t))))

(defun grpcline-test--problems (backend)
  "Return what BACKEND of Flymake tells of this buffer, as (LINE . MESSAGE)."
  (let (found)
    (funcall backend
             (lambda (all)
               (setq found (mapcar (lambda (it)
                                     (cons (line-number-at-pos (flymake-diagnostic-beg it))
                                           (flymake-diagnostic-text it)))
                                   all))))
    found))

(provide 'grpcline-test-help)
;;; grpcline-test-help.el ends here
