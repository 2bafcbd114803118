;;; grpcline-worker-test.el --- The worker and its end  -*- lexical-binding: t; -*-

;;; Commentary:

;; Workers that are missing, others, or end; and how their lines are read.

;;; Code:

(require 'ert)
(require 'grpcline)
(require 'grpcline-test-help)

(ert-deftest grpcline-test-worker ()
  (let ((first (grpcline-worker)))
    (should (eq first (grpcline-worker)))
    (grpcline-restart)
    (should-not (eq first (grpcline-worker)))
    (should-not (grpcline-worker-state))))

(defun grpcline-test--refusal (script)
  "Return what is told of SCRIPT, a program of the shell, as the worker."
  (grpcline-restart)
  (let* ((file (make-temp-file "worker" nil ".sh" (concat "#!/bin/sh\n" script "\n")))
         (grpcline-program file))
    (set-file-modes file #o700)
    (unwind-protect (cadr (should-error (grpcline-worker) :type 'user-error))
      (delete-file file))))

(ert-deftest grpcline-test-other-programs ()
  (skip-unless (not (eq system-type 'windows-nt)))
  (let ((grpcline-program "/no/such/program"))
    (grpcline-restart)
    (should (string-search "grpcline-program" (cadr (should-error (grpcline-worker) :type 'user-error)))))
  (should (string-search "exit code 3: no licence"
                         (grpcline-test--refusal "cat >/dev/null & echo no licence >&2; exit 3")))
  (should (string-search "writes what is no message: hello"
                         (grpcline-test--refusal "echo hello; cat >/dev/null")))
  (should (string-search "is not grpcline"
                         (grpcline-test--refusal "read line; echo '{\"id\":1,\"result\":{}}'; read line")))
  (should (string-search "which is too old"
                         (grpcline-test--refusal
                          "read line; echo '{\"id\":1,\"result\":{\"name\":\"grpcline\",\"version\":\"0.0.9\",\"protocol\":1}}'; read line"))))

(ert-deftest grpcline-test-death ()
  (grpcline-restart)
  (grpcline-test--with "demo:///\ngrpcline.demo.Demo/Chat\n{\"text\": \"hi\"}\n"
    (goto-char (point-min))
    (insert "# @keep-open\n")
    (goto-char (point-max))
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "You said: hi")
      (signal-process (grpcline-connection-process (grpcline-worker)) 'KILL)
      (grpcline-test--await buffer "FAILED  ")
      (should (string-search "the worker was ended by signal 9" (grpcline-test--shown buffer)))
      (should (equal (grpcline-mode-line) "[worker ended]"))
      ;; The next request starts another.
      (grpcline-run-at-point)
      (grpcline-test--await buffer "open  ")
      (should (equal (grpcline-mode-line) "[1 running]"))
      (grpcline-cancel)
      (grpcline-test--await buffer "CANCELLED (1)")
      (kill-buffer buffer))))

(ert-deftest grpcline-test-death-while-waiting ()
  (grpcline-restart)
  (let ((connection (grpcline-worker)) failures)
    (dotimes (_ 3)
      (grpcline-worker-request :callMethod
                               '((connection . ((address . "demo:///")))
                                 (method . "grpcline.demo.Demo/Sleep")
                                 (request . ((time . "600s"))))
                               #'ignore (lambda (err) (push err failures))))
    (signal-process (grpcline-connection-process (grpcline-worker)) 'KILL)
    (with-timeout (30 (ert-fail failures))
      (while (< (length failures) 3) (accept-process-output nil 0.02)))
    (dolist (it failures)
      (should (equal (plist-get it :message) "the worker was ended by signal 9")))
    ;; And what is asked of it after its end.
    (should-error (jsonrpc-request connection :getVersion nil) :type 'jsonrpc-error)))

(ert-deftest grpcline-test-cut-lines ()
  (grpcline-restart)
  (let* ((connection (grpcline-worker)) answers)
    (dolist (text '("ä€𝄞" "{\"a\": [1, \"}\"]}"))
      (jsonrpc-async-request connection :parseJson nil :success-fn (lambda (it) (push it answers)))
      (let ((line (concat "{\"jsonrpc\":\"2.0\",\"id\":" (number-to-string (grpcline-connection-sent connection))
                          ",\"result\":" (grpcline-json-text text) "}\n")))
        (mapc (lambda (char) (grpcline-connection--filter connection (string char))) line)))
    (should (equal (mapcar #'grpcline-json-string (nreverse answers)) '("ä€𝄞" "{\"a\": [1, \"}\"]}")))))

(ert-deftest grpcline-test-many-requests ()
  (let ((count 0))
    (dotimes (_ 1000)
      (grpcline-worker-request :getVersion nil (lambda (_) (cl-incf count))))
    (with-timeout (60 (ert-fail (list "answered" count)))
      (while (< count 1000) (accept-process-output nil 0.02)))
    (should-not (grpcline-connection-waiting (grpcline-worker)))))

(ert-deftest grpcline-test-json-of-any-size ()
  (pcase-dolist (`(,text . ,want) '(("18446744073709551616" . 18446744073709551616.0)
                                    ("[1, \"123456789012345678901234\"]" . [1 "123456789012345678901234"])
                                    ("{\"a\": -123456789012345678901234}" . (:a -123456789012345678901234.0))))
    (let ((got (grpcline-json-read text)))
      (should (or (equal got want)
                  ;; Emacs 30 holds them.
                  (equal (grpcline-json-text got) (grpcline-json-compact text)))))))

(provide 'grpcline-worker-test)
;;; grpcline-worker-test.el ends here
