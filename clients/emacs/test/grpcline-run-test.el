;;; grpcline-run-test.el --- Requests, run as a user runs them  -*- lexical-binding: t; -*-

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

(defconst grpcline-test--chat "### Talk\n# @keep-open\ndemo:///\ngrpcline.demo.Demo/Chat\n\n{\"text\": \"hi\"}\n")

(ert-deftest grpcline-test-results ()
  (let ((sections (grpcline-test--sections (grpcline-test-read "results/demo.txt"))))
    (should sections)
    (pcase-dolist (`(,title . ,want) sections)
      (grpcline-test--with (grpcline-test-read "results/demo.grpc")
        (ert-info (title)
          (setq default-directory (expand-file-name "results/" grpcline-test-shared))
          (search-forward (concat "### " title "\n"))
          (let ((buffer (grpcline-run-at-point)))
            (grpcline-test--await buffer " N ms")
            (should (equal want (grpcline-test--shown buffer)))
            (kill-buffer buffer)))))))

(ert-deftest grpcline-test-stream ()
  (grpcline-test--with grpcline-test--chat
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "← {\"from\": \"demo\", \"text\": \"You said: hi\"}")
      (should (string-prefix-p "open  " (grpcline-test--shown buffer)))
      (grpcline-send "{\"text\": \"again\"}")
      (grpcline-test--await buffer "You said: again")
      (should-error (grpcline-send "{\"text\": }") :type 'user-error)
      (grpcline-complete-send)
      (grpcline-test--await buffer "2 sent, 2 received, N ms")
      (should (string-prefix-p "OK  " (grpcline-test--shown buffer)))
      (should-error (grpcline-send "{}") :type 'user-error)
      (kill-buffer buffer))))

(ert-deftest grpcline-test-cancel ()
  (grpcline-test--with grpcline-test--chat
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "You said: hi")
      (grpcline-cancel)
      (grpcline-test--await buffer "CANCELLED (1)")
      (kill-buffer buffer)))
  (grpcline-test--with "demo:///\ngrpcline.demo.Demo/Sleep\n{\"time\": \"600s\"}\n"
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "running")
      (grpcline-cancel)
      (grpcline-test--await buffer "CANCELLED (1)")
      (kill-buffer buffer))))

(ert-deftest grpcline-test-many-messages ()
  (grpcline-test--with "demo:///\ngrpcline.demo.Demo/Countdown\n{\"limit\": 2000}\n"
    (let* ((grpcline-kept-lines 100) (buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "2001 received, N ms")
      (should (string-suffix-p "← {\"value\": \"1\"}\n← {}" (grpcline-test--shown buffer)))
      (should (< (with-current-buffer buffer (count-lines (point-min) (point-max))) 110))
      (kill-buffer buffer))))

(ert-deftest grpcline-test-digits ()
  (grpcline-test--with "demo:///\ngrpcline.demo.Demo/Sum\n{\"value\": 9223372036854775807}\n"
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "← {\"sum\": \"9223372036854775807\", \"count\": 1}")
      (kill-buffer buffer))))

(ert-deftest grpcline-test-flymake ()
  (grpcline-test--with "# @prto x\n### A\ndemo:///\ngrpcline.demo.Demo/SayHello\n\n{\n  \"nmae\": 1\n}\n"
    (cl-flet ((lines () (let (found)
                          (grpcline-flymake
                           (lambda (all)
                             (setq found (mapcar (lambda (it)
                                                   (cons (line-number-at-pos (flymake-diagnostic-beg it))
                                                         (flymake-diagnostic-text it)))
                                                 all))))
                          found)))
      (should (equal (lines) '((1 . "there is no directive \"prto\"; did you mean \"proto\"?"))))
      (goto-char (point-max))
      (should-error (grpcline-run-at-point) :type 'user-error)
      (delete-region (point-min) (progn (goto-char (point-min)) (forward-line) (point)))
      (let ((buffer (grpcline-run-at-point)))
        (grpcline-test--await buffer " N ms")
        (should (equal (mapcar #'car (lines)) '(6)))
        (kill-buffer buffer)))))

(defun grpcline-test--offered (text)
  "Return what is offered at the end of TEXT."
  (grpcline-test--with text
    (goto-char (point-max))
    (pcase-let ((`(,from ,to ,candidates . ,_) (grpcline-complete-at-point)))
      (all-completions (buffer-substring from to) candidates))))

(ert-deftest grpcline-test-completion ()
  (should (member "grpcline.demo.Demo/" (grpcline-test--offered "demo:///\ngrpcline.")))
  (should (equal (grpcline-test--offered "demo:///\ngrpcline.demo.Demo/SayH") '("SayHello")))
  (should (member "name\": " (grpcline-test--offered "demo:///\ngrpcline.demo.Demo/SayHello\n{\"na")))
  (should (member "RUSSIAN\"" (grpcline-test--offered "demo:///\ngrpcline.demo.Demo/SayHello\n{\"language\": \"RU")))
  (should (member "timeout" (grpcline-test--offered "# @ti")))
  (should (equal (grpcline-test--offered "@host = demo:///\n### A\n{{ho") '("host"))))

(ert-deftest grpcline-test-worker ()
  (let ((first (grpcline-worker)))
    (should (eq first (grpcline-worker)))
    (grpcline-restart)
    (should-not (eq first (grpcline-worker))))
  (grpcline-restart)
  (let ((grpcline-program "/no/such/program"))
    (should-error (grpcline-worker) :type 'user-error))
  (let ((grpcline-program "true"))
    (should-error (grpcline-worker) :type 'user-error)))

(provide 'grpcline-run-test)
;;; grpcline-run-test.el ends here
