;;; grpcline-json.el --- JSON as it is written  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The tokens and values of JSON text by their places, so that numbers past 2^53 and
;; the order of members stay as they are written.

;;; Code:

(require 'cl-lib)
(require 'subr-x)

(define-error 'grpcline-json-problem "This is not JSON")

(defconst grpcline-json--number
  "\\`-?\\(?:0\\|[1-9][0-9]*\\)\\(?:\\.[0-9]+\\)?\\(?:[eE][-+]?[0-9]+\\)?\\'")

(defun grpcline-json--string-end (text at)
  "Return the place after the quote that closes the string at AT in TEXT.
Return nil if the line ends first."
  (let ((from (1+ at)) place)
    (while (and (setq place (and (<= from (length text))
                                 (string-match "[\"\\\n]" text from)))
                (eq (aref text place) ?\\))
      (setq from (+ place 2)))
    (and place (eq (aref text place) ?\") (1+ place))))

(defun grpcline-json-token (text at)
  "Return the token at or after AT in TEXT as (KIND FIRST END), nil at the end.
KIND is a character of {}[]:, or `string', `unfinished' or `word'."
  (when-let ((first (and (<= at (length text)) (string-match "[^ \t\r\n]" text at))))
    (let ((char (aref text first)))
      (cond
       ((eq char ?\")
        (if-let ((end (grpcline-json--string-end text first)))
            (list 'string first end)
          (list 'unfinished first (or (string-match "\n" text first) (length text)))))
       ((memq char '(?{ ?} ?\[ ?\] ?: ?,)) (list char first (1+ first)))
       (t (list 'word first
                (or (string-match "[][ \t\r\n{}:,\"]" text first) (length text))))))))

(defun grpcline-json-line (text at)
  "Return the line of the place AT in TEXT, from 1."
  (1+ (cl-count ?\n text :end (min at (length text)))))

(defun grpcline-json--proper-string-p (quoted)
  "Whether QUOTED has only characters and escapes that a JSON string can have."
  (let ((inner (substring quoted 1 -1)))
    (not (or (string-match-p "[\0-\x1f]" inner)
             (string-search
              "\\" (replace-regexp-in-string
                    "\\\\\\(?:[\"\\/bfnrt]\\|u[[:xdigit:]]\\{4\\}\\)" " " inner t t))))))

(defvar grpcline-json--text nil "The text that is read.")
(defvar grpcline-json--at nil "The place that is read next.")

(defun grpcline-json--fail (message at)
  "Signal MESSAGE about the place AT."
  (signal 'grpcline-json-problem
          (list (grpcline-json-line grpcline-json--text
                                    (min at (1- (length grpcline-json--text))))
                (concat "this is not JSON: " message))))

(defun grpcline-json--expected (what)
  "Signal that WHAT is expected here."
  (pcase-let ((`(,kind ,first ,end) (grpcline-json-token grpcline-json--text grpcline-json--at)))
    (when (eq kind 'unfinished)
      (grpcline-json--fail "the string is not closed on its line" first))
    (grpcline-json--fail
     (format "%s is expected before %s" what
             (if kind (substring grpcline-json--text first end) "the end"))
     (or first (length grpcline-json--text)))))

(defun grpcline-json--take (wanted)
  "Pass the next token and return t, if it is of the kind WANTED."
  (pcase-let ((`(,kind ,first ,end) (grpcline-json-token grpcline-json--text grpcline-json--at)))
    (when (eq kind wanted)
      (when (and (eq kind 'string)
                 (not (grpcline-json--proper-string-p (substring grpcline-json--text first end))))
        (grpcline-json--fail "the string has a wrong escape or a control character" first))
      (setq grpcline-json--at end)
      t)))

(defun grpcline-json--need (wanted what)
  "Pass the next token if it is of the kind WANTED, else say that WHAT is expected."
  (or (grpcline-json--take wanted) (grpcline-json--expected what)))

(defun grpcline-json--value ()
  "Pass one value."
  (cond
   ((grpcline-json--take ?{)
    (unless (grpcline-json--take ?})
      (while (progn (grpcline-json--need 'string "a name in quotes")
                    (grpcline-json--need ?: "a colon")
                    (grpcline-json--value)
                    (grpcline-json--take ?,)))
      (grpcline-json--need ?} "a comma or }")))
   ((grpcline-json--take ?\[)
    (unless (grpcline-json--take ?\])
      (while (progn (grpcline-json--value) (grpcline-json--take ?,)))
      (grpcline-json--need ?\] "a comma or ]")))
   ((grpcline-json--take 'string))
   (t
    (pcase-let* ((`(,kind ,first ,end) (grpcline-json-token grpcline-json--text grpcline-json--at))
                 (word (and (eq kind 'word) (substring grpcline-json--text first end))))
      (unless (and word (or (member word '("true" "false" "null"))
                            (string-match-p grpcline-json--number word)))
        (grpcline-json--expected "a value"))
      (setq grpcline-json--at end)))))

(defun grpcline-json-split (text)
  "Split TEXT into its values, each as (TEXT LINE LAST), lines from 1.
Signal `grpcline-json-problem' with a line and a sentence if it is not JSON."
  (let ((grpcline-json--text text) (grpcline-json--at 0) values token)
    (while (setq token (grpcline-json-token text grpcline-json--at))
      (grpcline-json--value)
      (push (list (substring text (nth 1 token) grpcline-json--at)
                  (grpcline-json-line text (nth 1 token))
                  (grpcline-json-line text (1- grpcline-json--at)))
            values))
    (nreverse values)))

(provide 'grpcline-json)
;;; grpcline-json.el ends here
