;;; grpcline-edit-test.el --- Editing .grpc files  -*- lexical-binding: t; -*-

;;; Commentary:

;; Problems at their lines, completion, environments, earlier answers and results, and
;; grpcurl commands.

;;; Code:

(require 'ert)
(require 'grpcline)
(require 'grpcline-test-help)

(ert-deftest grpcline-test-flymake ()
  (grpcline-test--with "# @prto x\n### A\ndemo:///\ngrpcline.demo.Demo/SayHello\n\n{\n  \"nmae\": 1\n}\n"
    (should (equal (grpcline-test--problems #'grpcline-flymake)
                   '((1 . "there is no directive \"prto\"; did you mean \"proto\"?"))))
    (goto-char (point-max))
    (should-error (grpcline-run-at-point) :type 'user-error)
    (delete-region (point-min) (progn (goto-char (point-min)) (forward-line) (point)))
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer " N ms")
      (should (equal (mapcar #'car (grpcline-test--problems #'grpcline-flymake)) '(6)))
      (kill-buffer buffer))))

(ert-deftest grpcline-test-schema-problems ()
  (grpcline-test--folder folder
      '(("a.grpc" . "# @proto broken.proto\ndemo:///\na.B/C\n")
        ("broken.proto" . "syntax = \"proto3\";\n\nmessage M {\n  strng name = 1;\n}\n"))
    (let ((proto (expand-file-name "broken.proto" folder)) buffer)
      (with-current-buffer (find-file-noselect (expand-file-name "a.grpc" folder))
        (should (eq major-mode 'grpcline-mode))
        (setq buffer (grpcline-run-at-point))
        (grpcline-test--await buffer " N ms")
        (should (string-search "broken.proto:4:" (grpcline-test--shown buffer)))
        ;; A schema that is visited after the run.
        (with-current-buffer (find-file-noselect proto)
          (should flymake-mode)
          (should (equal (mapcar #'car (grpcline-test--problems #'grpcline-flymake-foreign)) '(4))))
        (save-window-excursion
          (with-current-buffer buffer
            (goto-char (point-min))
            (search-forward "  broken.proto:4:")
            (grpcline-visit)
            (should (equal buffer-file-name proto))
            (should (looking-at "strng name"))))
        ;; A run that goes well clears them.
        (goto-char (point-min))
        (delete-region (point) (line-end-position))
        (search-forward "a.B/C")
        (replace-match "grpcline.demo.Demo/SayHello" t)
        (setq buffer (grpcline-run-at-point))
        (grpcline-test--await buffer "OK  ")
        (grpcline-test--await buffer " N ms")
        (with-current-buffer (find-file-noselect proto)
          (should-not (grpcline-test--problems #'grpcline-flymake-foreign)))
        (kill-buffer buffer)))))

(ert-deftest grpcline-test-environment-problems ()
  (grpcline-test--folder folder
      '(("a.grpc" . "demo:///\ngrpcline.demo.Demo/SayHello\n")
        ("grpcline.env.json" . "{\n  \"dev\": 1\n}\n"))
    (with-current-buffer (find-file-noselect (expand-file-name "a.grpc" folder))
      (should-not (grpcline-test--problems #'grpcline-flymake))
      (should-error (grpcline-run-at-point) :type 'user-error))
    (with-current-buffer (find-file-noselect (expand-file-name "grpcline.env.json" folder))
      (should (equal (grpcline-test--problems #'grpcline-flymake-foreign)
                     '((2 . "the environment \"dev\" is not an object of variables"))))
      ;; Saving it checks it anew.
      (goto-char (point-min))
      (search-forward "1")
      (replace-match "{}")
      (save-buffer)
      (should-not (grpcline-test--problems #'grpcline-flymake-foreign)))))

(ert-deftest grpcline-test-chosen-environment ()
  (grpcline-test--folder folder
      '(("a.grpc" . "@who = nobody\ndemo:///\ngrpcline.demo.Demo/SayHello\n{\"name\": \"{{who}}\"}\n")
        ("grpcline.env.json" . "{\"dev\": {\"who\": \"Ada\"}}")
        ("grpcline.private.env.json" . "{\"dev\": {\"who\": \"{{$env USER_OF_TEST}}\"}}"))
    (let ((grpcline-environment-name nil)
          (process-environment (cons "USER_OF_TEST=Grace" process-environment)))
      (with-current-buffer (find-file-noselect (expand-file-name "a.grpc" folder))
        (search-forward "SayHello")
        (should (equal (grpcline-mode-line) ""))
        (let ((buffer (grpcline-run-at-point)))
          (grpcline-test--await buffer "Hello, nobody!")
          (cl-letf (((symbol-function 'completing-read)
                     (lambda (_prompt names &rest _)
                       (should (equal names '("none" "dev")))
                       "dev")))
            (call-interactively #'grpcline-choose-environment))
          (should (equal (grpcline-mode-line) "[dev]"))
          ;; The result runs what it shows again, as things are now.
          (with-current-buffer buffer (grpcline-run-at-point))
          (grpcline-test--await buffer "Hello, Grace!")
          (kill-buffer buffer))))))

(ert-deftest grpcline-test-answers ()
  (grpcline-test--with (concat "### hello\ndemo:///\ngrpcline.demo.Demo/SayHello\n{\"name\": \"Ada\"}\n"
                               "### more\ndemo:///\ngrpcline.demo.Demo/SayHello\n"
                               "{\"name\": \"{{hello.response.greeting}}\"}\n")
    (setq default-directory (file-name-as-directory (make-temp-name "/nowhere/")))
    (goto-char (point-max))
    (let ((err (should-error (grpcline-run-at-point) :type 'user-error)))
      (should (equal (cadr err) "Line 8: hello has no answer yet: run it first")))
    (goto-char (point-min))
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "Hello, Ada!")
      (kill-buffer buffer))
    (goto-char (point-max))
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "Hello, Hello, Ada!!")
      (kill-buffer buffer))))

(ert-deftest grpcline-test-history ()
  (grpcline-test--with "### A\ndemo:///\ngrpcline.demo.Demo/SayHello\n{\"name\": \"first\"}\n"
    (let ((buffer (grpcline-run-at-point)))
      (grpcline-test--await buffer "Hello, first!")
      (grpcline-test--await buffer " N ms")
      (goto-char (point-min))
      (search-forward "first")
      (replace-match "second")
      (grpcline-run-at-point)
      (grpcline-test--await buffer "Hello, second!")
      (cl-letf (((symbol-function 'completing-read)
                 (lambda (_prompt table &rest _)
                   (nth 1 (all-completions "" table)))))
        (grpcline-history))
      (with-current-buffer "*grpcline history*"
        (should (string-search "Hello, first!" (buffer-string)))
        (should (string-prefix-p "OK  " (buffer-string))))
      (should (eq buffer (grpcline-here-result)))
      (kill-buffer buffer)
      (should-error (grpcline-show) :type 'user-error)
      (should (grpcline-history-entry-text (car grpcline-history-entries))))))

(ert-deftest grpcline-test-history-is-short ()
  (let ((grpcline-history-entries nil))
    (dotimes (place 60) (grpcline-history-add "/a.grpc" (number-to-string place) nil))
    (should (= (length grpcline-history-entries) 50))
    (should (equal (grpcline-history-entry-title (car grpcline-history-entries)) "59"))))

(ert-deftest grpcline-test-grpcurl-commands ()
  (grpcline-test--with "### A\n# @retry 1\nlocalhost:1\na.B/C\n### D\nlocalhost:1\na.B/D\n"
    (let (kill-ring)
      (grpcline-copy-grpcurl)
      (should (equal (current-kill 0) "grpcurl -plaintext localhost:1 a.B/C"))
      (call-interactively #'grpcline-paste-grpcurl)
      (should (equal (buffer-string)
                     (concat "### A\n# @retry 1\nlocalhost:1\na.B/C\n"
                             "### C\nlocalhost:1\n\na.B/C\n\n"
                             "### D\nlocalhost:1\na.B/D\n")))
      (goto-char (point-max))
      (grpcline-paste-grpcurl "grpcurl -plaintext host:1 a.B/E")
      (should (string-suffix-p "a.B/D\n\n### E\nhost:1\n\na.B/E\n" (buffer-string)))
      (should-error (grpcline-paste-grpcurl "curl") :type 'user-error))))

(ert-deftest grpcline-test-template ()
  (grpcline-test--with "demo:///\ngrpcline.demo.Demo/SayHello"
    (grpcline-template)
    (should (string-prefix-p "demo:///\ngrpcline.demo.Demo/SayHello\n\n{\n  \"name\": "
                             (buffer-string)))
    (should-not (grpcline-file-problems (grpcline-here-parse)))))

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

(ert-deftest grpcline-test-eldoc ()
  (grpcline-test--with "demo:///\ngrpcline.demo.Demo/SayHello\n{\"name\": 1}\n"
    (grpcline-restart)
    (search-forward "\"na")
    ;; No worker is started for it.
    (should-not (grpcline-complete-eldoc #'ignore))
    (grpcline-worker)
    (let (told)
      (should (grpcline-complete-eldoc (lambda (text &rest _) (setq told text))))
      (with-timeout (30 (ert-fail "nothing told"))
        (while (not told) (accept-process-output nil 0.02)))
      (should (string-prefix-p "string" told)))))

(provide 'grpcline-edit-test)
;;; grpcline-edit-test.el ends here
