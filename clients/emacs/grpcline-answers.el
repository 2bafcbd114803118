;;; grpcline-answers.el --- What requests were answered  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Answers of requests, for the references of later ones.  They are kept as JSON text,
;; which keeps every digit.

;;; Code:

(require 'cl-lib)
(require 'grpcline-json-parts)
(require 'grpcline-json-text)

(cl-defstruct grpcline-answer
  "What a request was answered: its STATE at the end, and JSON text.
RESPONSE is the response or the last message, nil if none came; HEADERS
and TRAILERS are objects of arrays, or nil."
  state response headers trailers)

(defconst grpcline-answers--step
  "\\.\\([A-Za-z0-9_-]+\\)\\|\\[\\([0-9]+\\)\\]\\|\\['\\([^']*\\)'\\]")

(defun grpcline-answers--path (steps)
  "Split STEPS, such as .items[0][\\='a.b\\='], into names and indexes."
  (let ((from 0) path)
    (while (and (< from (length steps)) (string-match grpcline-answers--step steps from))
      (setq from (match-end 0))
      (push (if (match-string 2 steps) (string-to-number (match-string 2 steps))
              (or (match-string 1 steps) (match-string 3 steps)))
            path))
    (nreverse path)))

(defun grpcline-answer-value (answer part steps)
  "Return the value of PART of ANSWER at STEPS, nil if there is none.
PART is response, headers or trailers.  A string is as it is, anything
else is JSON on one line."
  (let ((path (grpcline-answers--path steps))
        (text (pcase part
                ("response" (grpcline-answer-response answer))
                ("headers" (grpcline-answer-headers answer))
                ("trailers" (grpcline-answer-trailers answer)))))
    (unless (equal part "response")
      (setq path (list (downcase (car path)) (or (cadr path) 0))))
    (dolist (step path)
      (setq text (and text
                      (if (integerp step) (nth step (grpcline-json-elements text))
                        (grpcline-json-member step (grpcline-json-members text))))))
    (cond ((null text) nil)
          ((string-prefix-p "\"" text) (grpcline-json-string text))
          (t (grpcline-json-compact text)))))

(provide 'grpcline-answers)
;;; grpcline-answers.el ends here
