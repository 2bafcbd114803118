;;; grpcline-run-test.el --- Requests, run as a user runs them  -*- lexical-binding: t; -*-

;;; Commentary:

;; Calls and streams: what results show, and what can be done while they are open.

;;; Code:

(require 'ert)
(require 'grpcline)
(require 'grpcline-test-help)

(defconst grpcline-test--chat "### Talk\n# @keep-open\ndemo:///\ngrpcline.demo.Demo/Chat\n\n{\"text\": \"hi\"}\n")

(ert-deftest grpcline-test-results ()
  (let ((sections (grpcline-test--sections (grpcline-test-read "results/demo.txt"))))
    (should sections)
    (pcase-dolist (`(,title . ,want) sections)
      (grpcline-test--in "results/demo.grpc"
        (ert-info (title)
          (search-forward (concat "### " title "\n"))
          (let ((buffer (grpcline-run-at-point)))
            (grpcline-test--await buffer " N ms")
            (should (equal want (grpcline-test--shown buffer)))
            (kill-buffer buffer)))))))

(ert-deftest grpcline-test-run-all ()
  (grpcline-test--in "results/all.grpc"
    (let ((buffer (grpcline-run-all)))
      (grpcline-test--await buffer "not  all.grpc")
      (should (equal (string-trim-right (grpcline-test-read "results/all.txt"))
                     (grpcline-test--shown buffer)))
      (with-current-buffer buffer
        (goto-char (point-min))
        (search-forward "Its answer in the next")
        (should (string-prefix-p "NOT_FOUND (5)" (grpcline-test--shown (grpcline-here-result)))))
      (kill-buffer buffer))))

(ert-deftest grpcline-test-one-window ()
  ;; Results share a window; the file stays in its own.
  (let ((source (generate-new-buffer "a.grpc")) first second)
    (unwind-protect
        (save-window-excursion
          (delete-other-windows)
          (switch-to-buffer source)
          (insert "### A\ndemo:///\ngrpcline.demo.Demo/SayHello\n### B\ndemo:///\ngrpcline.demo.Demo/SayHello\n")
          (grpcline-mode)
          (setq second (grpcline-run-at-point))
          (goto-char (point-min))
          (setq first (grpcline-run-at-point))
          (should (get-buffer-window source))
          (should (get-buffer-window first))
          (should-not (get-buffer-window second))
          (select-window (get-buffer-window first))
          (grpcline-view-display second)
          (should (eq (window-buffer) second))
          (should (= (length (window-list)) 2)))
      (mapc #'kill-buffer (delq nil (list source first second))))))

(ert-deftest grpcline-test-run-all-cancelled ()
  (grpcline-test--with (concat "### A\ndemo:///\ngrpcline.demo.Demo/Sleep\n{\"time\": \"600s\"}\n"
                               "### B\ndemo:///\ngrpcline.demo.Demo/SayHello\n")
    (let ((buffer (grpcline-run-all)))
      (grpcline-test--await buffer "running, 0 of 2  unnamed.grpc")
      (with-current-buffer buffer
        (should-error (grpcline-send "{}") :type 'user-error)
        (grpcline-cancel))
      (grpcline-test--await buffer "cancelled, 1 of 2  unnamed.grpc  N ms")
      (should (string-search "CANCELLED (1)  A" (grpcline-test--shown buffer)))
      (should-not (string-search "  B  " (grpcline-test--shown buffer)))
      (kill-buffer buffer))))

(ert-deftest grpcline-test-run-all-goes-on ()
  ;; Whatever becomes of the result of one request.
  (grpcline-test--with (concat "### A\ndemo:///\ngrpcline.demo.Demo/Sleep\n{\"time\": \"600s\"}\n"
                               "### B\ndemo:///\ngrpcline.demo.Demo/SayHello\n")
    (let ((buffer (grpcline-run-all)))
      (kill-buffer (grpcline-runs-buffer (grpcline-here-path) "A"))
      (grpcline-test--await buffer "1 OK, 1 not  unnamed.grpc  N ms")
      (kill-buffer buffer))))

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

(ert-deftest grpcline-test-nothing-is-left-open ()
  (grpcline-restart)
  (grpcline-test--with "demo:///\ngrpcline.demo.Demo/Sum\n{\"value\": \"many\"}\n"
    (let ((buffer (grpcline-run-at-point)) (state ""))
      (grpcline-test--await buffer "FAILED  ")
      (with-timeout (30 (ert-fail state))
        (while (not (string-search "\"connections\":[]" state))
          (setq state (jsonrpc-request (grpcline-worker) :getState nil))))
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
  ;; A number of the answer that Emacs before version 30 cannot read.
  (grpcline-test--with (concat "# @json int64AsNumbers\ndemo:///\ngrpcline.demo.Demo/Sum\n"
                               "{\"value\": 9223372036854775807}\n")
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "← {\"sum\": 9223372036854775807, \"count\": 1}")
      (kill-buffer buffer)))
  (grpcline-test--with "demo:///\ngrpcline.demo.Demo/Sum\n{\"value\": 9223372036854775807}\n"
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "← {\"sum\": \"9223372036854775807\", \"count\": 1}")
      (kill-buffer buffer))))

(provide 'grpcline-run-test)
;;; grpcline-run-test.el ends here
