;;; grpcline-text.el --- Problems, names and paths  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; What the readers of files share: how they tell a problem, guess the name that was
;; meant, and resolve a path.

;;; Code:

(require 'cl-lib)
(require 'subr-x)

(define-error 'grpcline-problem "There is a problem")

(defun grpcline-problem (format &rest arguments)
  "Signal a problem: FORMAT with ARGUMENTS."
  (signal 'grpcline-problem (list (apply #'format format arguments))))

(defun grpcline-hint (name known)
  "Return which of KNOWN was probably meant by NAME, as the end of a sentence."
  (let ((fewest (1+ (max 2 (/ (length name) 3)))) best)
    (dolist (candidate known)
      (let ((edits (string-distance (downcase name) (downcase candidate))))
        (when (< edits fewest)
          (setq best candidate fewest edits))))
    (if best (format "; did you mean \"%s\"?" best) "")))

(defun grpcline-path-join (folder path)
  "Return PATH, which starts at FOLDER if it is relative, without dots."
  (let* ((whole (if (string-match-p "\\`\\(?:/\\|\\\\\\\\\\|[A-Za-z]:[/\\]\\)" path)
                    path
                  (concat folder "/" path)))
         (root (if (string-prefix-p "/" whole) "/" ""))
         parts)
    (dolist (part (split-string whole "/" t))
      (cond ((equal part "."))
            ((not (equal part "..")) (push part parts))
            ((and parts (not (equal (car parts) ".."))) (pop parts))
            ((equal root "") (push part parts))))
    (concat root (string-join (nreverse parts) "/"))))

(defun grpcline-path-folder (path)
  "Return the folder of PATH."
  (if (string-match "\\`\\(.*\\)[/\\]" path) (match-string 1 path) "."))

(defun grpcline-text-utf-8-p (text)
  "Whether TEXT was read from UTF-8 alone."
  (not (cl-some (lambda (char) (eq (char-charset char) 'eight-bit)) text)))

(defun grpcline-text-trim (text)
  "Return TEXT without the spaces and tabs around it."
  (string-trim text "[ \t]+" "[ \t]+"))

(provide 'grpcline-text)
;;; grpcline-text.el ends here
