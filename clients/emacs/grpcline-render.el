;;; grpcline-render.el --- What a result shows  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; Turns answers and errors of the worker into the lines of a result.  What servers
;; send is kept as JSON text.

;;; Code:

(require 'cl-lib)
(require 'grpcline-json-parts)
(require 'grpcline-json-text)

(cl-defstruct grpcline-result
  "What a result shows above its messages.
NOTES are lines, DETAILS JSON text of an array, HEADERS and TRAILERS of
objects.  SENT and RECEIVED are counts, nil if it is no stream; MS is nil
until it has ended."
  state method address sent received ms message notes details headers trailers)

(defun grpcline-result-put-status (result members)
  "Put the status, headers and trailers of MEMBERS into RESULT."
  (let* ((text (grpcline-json-member "status" members))
         (status (grpcline-json-read text)))
    (setf (grpcline-result-state result)
          (if (eql (plist-get status :code) 0) "OK"
            (format "%s (%d)" (plist-get status :name) (plist-get status :code)))
          (grpcline-result-message result) (plist-get status :message)
          (grpcline-result-details result)
          (grpcline-json-member "details" (grpcline-json-members text))
          (grpcline-result-headers result)
          (or (grpcline-json-member "headers" members) (grpcline-result-headers result))
          (grpcline-result-trailers result) (grpcline-json-member "trailers" members))))

(defun grpcline-render-diagnostics (data)
  "Return the diagnostics of DATA as a list of plists.
DATA is JSON text of an error's data, or nil."
  (when-let ((text (and data (grpcline-json-member "diagnostics" (grpcline-json-members data)))))
    (append (grpcline-json-read text) nil)))

(defun grpcline-result-put-error (result err)
  "Put ERR, an error of the worker, into RESULT: a status if it is one."
  (let* ((data (plist-get err :data))
         (members (and data (grpcline-json-members data))))
    (cond
     ((grpcline-json-member "status" members)
      (grpcline-result-put-status result members)
      (when (equal (grpcline-json-member "origin" members) "\"client\"")
        (setf (grpcline-result-notes result) '("origin: client"))))
     ((eql (plist-get err :code) -32800)
      (setf (grpcline-result-state result) "CANCELLED (1)"
            (grpcline-result-message result) "cancelled"))
     (t
      (setf (grpcline-result-state result) "FAILED"
            (grpcline-result-message result) (plist-get err :message)
            (grpcline-result-notes result)
            (mapcar (lambda (it)
                      (format "  %s:%d:%d: %s" (plist-get it :file) (plist-get it :line)
                              (plist-get it :column) (plist-get it :message)))
                    (grpcline-render-diagnostics data)))))))

(defun grpcline-render-message (arrow text)
  "Return the lines of the message TEXT of a stream, behind ARROW."
  (let ((compact (grpcline-json-compact text)))
    (if (<= (length compact) 78)
        (list (concat arrow " " compact))
      (let ((lines (grpcline-json-lines text)))
        (cons (concat arrow " " (car lines)) (cdr lines))))))

(defun grpcline-render--metadata (title metadata)
  "Return lines of METADATA, JSON text or nil, under TITLE."
  (let ((values (cl-loop for (name . all) in (and metadata (grpcline-json-members metadata))
                         ;; The details are this trailer, decoded.
                         unless (equal name "grpc-status-details-bin")
                         append (mapcar (lambda (it) (format "  %s: %s" name (grpcline-json-string it)))
                                        (grpcline-json-elements all)))))
    (and values (cons title (sort values #'string<)))))

(defun grpcline-render-counts (result)
  "Return the counts and the time of RESULT, such as 2 sent, 1 received, 5 ms."
  (string-join
   (delq nil (list (and (grpcline-result-sent result)
                        (format "%d sent" (grpcline-result-sent result)))
                   (and (grpcline-result-sent result)
                        (format "%d received" (grpcline-result-received result)))
                   (and (grpcline-result-ms result) (format "%d ms" (grpcline-result-ms result)))))
   ", "))

(defun grpcline-render-head (result)
  "Return the lines of RESULT above its messages."
  (append
   (list (string-join (remove "" (list (grpcline-result-state result) (grpcline-result-method result)
                                       (grpcline-result-address result)
                                       (grpcline-render-counts result)))
                      "  "))
   (split-string (or (grpcline-result-message result) "") "\n" t)
   (grpcline-result-notes result)
   (when-let ((details (grpcline-json-elements (or (grpcline-result-details result) "[]"))))
     (cons "details"
           (seq-mapcat (lambda (it)
                         (mapcar (lambda (line) (concat "  " line)) (grpcline-json-lines it)))
                       details)))
   (grpcline-render--metadata "headers" (grpcline-result-headers result))
   (grpcline-render--metadata "trailers" (grpcline-result-trailers result))))

(provide 'grpcline-render)
;;; grpcline-render.el ends here
