;;; grpcline-shell.el --- Words of a POSIX shell  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Quotes words for a POSIX shell and splits a command into words, as a shell does that
;; expands nothing (POSIX.1-2017, Shell Command Language, 2.2).

;;; Code:

(require 'cl-lib)
(require 'grpcline-text)

(defun grpcline-shell-quote (word)
  "Return WORD so that a shell reads it as it is."
  (if (string-match-p "\\`[A-Za-z0-9_@%+=:,./-]+\\'" word) word
    (concat "'" (string-replace "'" "'\\''" word) "'")))

(defconst grpcline-shell--part
  (concat "\\(\\\\\r?\n\\)"                                ; 1: a line that goes on
          "\\|\\([ \t\r\n]+\\)"                            ; 2: between words
          "\\|'\\([^']*\\)'"                               ; 3
          "\\|\"\\(\\(?:[^\"\\]\\|\\\\\\(?:.\\|\n\\)\\)*\\)\"" ; 4
          "\\|\\\\\\(.\\)"                                 ; 5
          "\\|\\([^ \t\r\n'\"\\]+\\)")                     ; 6
  "A part of a command.")

(defun grpcline-shell--unquote (inner)
  "Return what double quotes leave of their INNER text."
  (replace-regexp-in-string "\\\\\\(?:\r?\n\\|\\([\"\\$`]\\)\\)"
                            (lambda (it) (if (string-suffix-p "\n" it) "" (substring it 1)))
                            inner t t))

(defun grpcline-shell-words (command)
  "Split COMMAND into its words.
Signal `grpcline-problem' if a quote is not closed."
  (let ((from 0) word words)
    (while (< from (length command))
      (unless (eq from (string-match grpcline-shell--part command from))
        (grpcline-problem "a quote is not closed"))
      (setq from (match-end 0))
      (cond
       ((match-beginning 1))
       ((match-beginning 2)
        (when word (push word words))
        (setq word nil))
       (t (let ((double (match-string 4 command))
                (plain (or (match-string 3 command) (match-string 5 command)
                           (match-string 6 command))))
            (setq word (concat word (or plain (grpcline-shell--unquote double))))))))
    (when word (push word words))
    (nreverse words)))

(provide 'grpcline-shell)
;;; grpcline-shell.el ends here
