;;; grpcline-json.el --- JSON as it is written  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The tokens of JSON text by their places, so that numbers past 2^53 and the
;; order of members stay as a user has written them.  Values that the worker
;; hands out are plists, vectors, strings, numbers, t, `:json-false' and `:null';
;; an empty object is nil.

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

(defun grpcline-json-escape (text)
  "Return TEXT for the inside of a JSON string."
  (replace-regexp-in-string
   "[\0-\x1f\"\\]"
   (lambda (char)
     (pcase (aref char 0)
       (?\" "\\\"") (?\\ "\\\\") (?\n "\\n") (?\r "\\r") (?\t "\\t")
       (?\b "\\b") (?\f "\\f")
       (code (format "\\u%04x" code))))
   text t t))

(defun grpcline-json-name (key)
  "Return the name that the keyword KEY of a plist stands for."
  (substring (symbol-name key) 1))

(defun grpcline-json-text (value)
  "Return VALUE, as the worker hands it out, as JSON text."
  (cond
   ((stringp value) (concat "\"" (grpcline-json-escape value) "\""))
   ((numberp value) (number-to-string value))
   ((eq value t) "true")
   ((eq value :json-false) "false")
   ((eq value :null) "null")
   ((vectorp value) (concat "[" (mapconcat #'grpcline-json-text value ",") "]"))
   (t (concat "{"
              (mapconcat (pcase-lambda (`(,key ,member))
                           (concat (grpcline-json-text (grpcline-json-name key))
                                   ":" (grpcline-json-text member)))
                         (seq-partition value 2) ",")
              "}"))))

(defun grpcline-json-compact (text)
  "Lay TEXT out on one line, with a space after each colon and comma."
  (let ((at 0) parts token)
    (while (setq token (grpcline-json-token text at))
      (push (substring text (nth 1 token) (nth 2 token)) parts)
      (when (memq (car token) '(?: ?,)) (push " " parts))
      (setq at (nth 2 token)))
    (apply #'concat (nreverse parts))))

(defun grpcline-json-lines (text)
  "Return the lines of TEXT with a member or an element a line."
  (let ((at 0) (depth 0) (line "") empty lines token)
    (cl-flet ((wrap () (push line lines) (setq line (make-string (* 2 depth) ?\s))))
      (while (setq token (grpcline-json-token text at))
        (pcase-let ((`(,kind ,first ,end) token))
          (when (and (memq kind '(?} ?\])) (not empty))
            (cl-decf depth)
            (wrap))
          (setq line (concat line (substring text first end))
                empty nil)
          (pcase kind
            ((or ?{ ?\[)
             (setq empty (memq (car (grpcline-json-token text end)) '(?} ?\])))
             (unless empty
               (cl-incf depth)
               (wrap)))
            (?, (wrap))
            (?: (setq line (concat line " "))))
          (setq at end))))
    (nreverse (cons line lines))))

(defun grpcline-json--after (text at)
  "Return the place after the value that begins at or after AT in TEXT."
  (let ((grpcline-json--text text) (grpcline-json--at at))
    (grpcline-json--value)
    grpcline-json--at))

(defun grpcline-json--child (text at step)
  "Return (PLACE . SHOWN) of the child STEP of the value at AT in TEXT, or nil.
SHOWN is where its name or, for an element, the value begins."
  (let ((from (1+ at)) (index 0) found token)
    (when (eq (aref text at) (if (integerp step) ?\[ ?{))
      (while (and (setq token (grpcline-json-token text from))
                  (not (memq (car token) '(?} ?\]))))
        (let* ((first (nth 1 token))
               (value (if (integerp step) first
                        (nth 1 (grpcline-json-token
                                text (nth 2 (grpcline-json-token text (nth 2 token))))))))
          (when (if (integerp step) (= step index)
                  (equal step (aref (json-parse-string
                                     (concat "[" (substring text first (nth 2 token)) "]"))
                                    0)))
            (setq found (cons value first)))
          (cl-incf index)
          (setq from (grpcline-json--after text value)
                token (grpcline-json-token text from))
          (when (eq (car token) ?,) (setq from (nth 2 token)))))
      found)))

(defun grpcline-json-locate (text path)
  "Return the line in TEXT of PATH, a path of the worker's errors.
It is that of the deepest step that is there."
  (let ((from (and (string-match "\\`\\(?:messages\\[[0-9]+\\]\\|[[:alnum:]]+\\)" path)
                   (match-end 0)))
        (place (or (string-match "[^ \t\r\n]" text) 0)) (shown 0) child)
    (while (and from (eq from (string-match
                               "\\[\"\\(.*?\\)\"\\]\\|\\[\\([0-9]+\\)\\]\\|\\.?\\([^].[]+\\)"
                               path from)))
      (setq from (match-end 0)
            child (grpcline-json--child
                   text place
                   (if (match-string 2 path) (string-to-number (match-string 2 path))
                     (or (match-string 1 path) (match-string 3 path)))))
      (if child
          (setq place (car child) shown (cdr child))
        (setq from nil)))
    (grpcline-json-line text shown)))

(provide 'grpcline-json)
;;; grpcline-json.el ends here
