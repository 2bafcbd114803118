;;; grpcline-file-test.el --- The shared test files  -*- lexical-binding: t; -*-

;;; Commentary:

;; The test files that all implementations of .grpc files share.

;;; Code:

(require 'ert)
(require 'grpcline-environment)
(require 'grpcline-file)
(require 'grpcline-from-grpcurl)
(require 'grpcline-json-parts)
(require 'grpcline-json-text)
(require 'grpcline-schema)
(require 'grpcline-spot)
(require 'grpcline-to-grpcurl)

(defconst grpcline-test-shared
  (expand-file-name "../../grpc-files/" (file-name-directory (or load-file-name buffer-file-name))))

(defun grpcline-test-read (name)
  "Return the text of NAME, a shared test file."
  (with-temp-buffer
    (let ((coding-system-for-read 'utf-8-unix))
      (insert-file-contents (expand-file-name name grpcline-test-shared)))
    (buffer-string)))

(defun grpcline-test-json (text)
  "Return the value of TEXT, as the worker's answers are read."
  (json-parse-string text :object-type 'plist :null-object :null :false-object :json-false))

(defun grpcline-test--sorted (value)
  "Return VALUE, read with hash tables, with its members sorted."
  (cond ((hash-table-p value)
         (let (members)
           (maphash (lambda (key it) (push (cons key (grpcline-test--sorted it)) members)) value)
           (cons 'object (sort members (lambda (a b) (string< (car a) (car b)))))))
        ((vectorp value) (mapcar #'grpcline-test--sorted value))
        (t value)))

(defun grpcline-test--same (text)
  "Return the JSON TEXT in a form that `equal' compares."
  (grpcline-test--sorted (json-parse-string text)))

(defun grpcline-test--request (request)
  "Return REQUEST in the form of the test files."
  (let ((settings (grpcline-request-settings request)))
    (seq-filter
     #'cdr
     `((name . ,(grpcline-request-name request))
       (id . ,(grpcline-request-id request))
       (first . ,(grpcline-request-first request))
       (last . ,(grpcline-request-last request))
       (addressLine . ,(grpcline-request-address-line request))
       (methodLine . ,(grpcline-request-method-line request))
       (method . ,(grpcline-request-method request))
       (timeoutMs . ,(plist-get settings :timeout))
       (keepOpen . ,(plist-get settings :keep-open))
       (connection . ,(grpcline-json-raw
                       (grpcline-json-text (grpcline-request-connection request))))
       (messages . ,(vconcat (mapcar (pcase-lambda (`(,text ,line ,last))
                                       `((text . ,text) (line . ,line) (last . ,last)))
                                     (grpcline-request-messages request))))
       (needs . ,(when-let ((needs (grpcline-request-needs request)))
                   (vconcat (mapcar (pcase-lambda (`(,line ,message . ,_))
                                      `((line . ,line) (message . ,message)))
                                    needs))))))))

(defun grpcline-test--answers (want)
  "Return the answers that WANT, JSON text, gives, by the names of requests."
  (let* ((given (or (grpcline-json-member "given" (grpcline-json-members want)) "{}"))
         (answers (or (grpcline-json-member "answers" (grpcline-json-members given)) "{}")))
    (cl-loop for (name . text) in (grpcline-json-members answers)
             for members = (grpcline-json-members text)
             collect (cons name (make-grpcline-answer
                                 :state (grpcline-json-string (grpcline-json-member "state" members))
                                 :response (grpcline-json-member "response" members)
                                 :headers (grpcline-json-member "headers" members)
                                 :trailers (grpcline-json-member "trailers" members))))))

(defun grpcline-test--env (name)
  "Return the variable NAME of the environment that the test files have."
  (cdr (assoc name '(("TOKEN" . "s3cr3t") ("MULTI" . "two\nlines")))))

(defun grpcline-test--parsed (file)
  "Return FILE as JSON text in the form of the test files."
  (grpcline-json-text
   `((requests . ,(vconcat (mapcar #'grpcline-test--request (grpcline-file-requests file))))
     (problems . ,(vconcat (mapcar (pcase-lambda (`(,line . ,message))
                                     `((line . ,line) (message . ,message)))
                                   (grpcline-file-problems file)))))))

(ert-deftest grpcline-test-parse ()
  (let ((files (directory-files (expand-file-name "parse" grpcline-test-shared) nil "\\.grpc\\'")))
    (should files)
    (dolist (name (mapcar #'file-name-sans-extension files))
      (ert-info (name)
        (let* ((want (grpcline-test-read (format "parse/%s.json" name)))
               (given (plist-get (grpcline-test-json want) :given))
               (answers (grpcline-test--answers want))
               (file (grpcline-file-parse
                      (grpcline-test-read (format "parse/%s.grpc" name)) "/project"
                      :env #'grpcline-test--env
                      :answer (lambda (it) (cdr (assoc it answers)))
                      :environment (cl-loop for (key value) on (plist-get given :environment) by #'cddr
                                            collect (cons (grpcline-json-name key) value))))
               (wanted (json-parse-string want)))
          (remhash "given" wanted)
          (should (equal (grpcline-test--sorted wanted)
                         (grpcline-test--same (grpcline-test--parsed file)))))))))

(defmacro grpcline-test--each (case name key &rest body)
  "Do BODY for each CASE of KEY of the shared file NAME, a plist."
  (declare (indent 3))
  `(let ((cases (plist-get (grpcline-test-json (grpcline-test-read ,name)) ,key)))
     (should (> (length cases) 0))
     (seq-doseq (,case cases)
       (ert-info ((plist-get ,case :name)) ,@body))))

(defun grpcline-test--text (lines)
  "Return the text of LINES, a vector."
  (string-join lines "\n"))

(defun grpcline-test--lines (text)
  "Return the lines of TEXT as a vector."
  (vconcat (split-string text "\n")))

(ert-deftest grpcline-test-environments ()
  (grpcline-test--each case "environments.json" :cases
    (let* ((files (cl-loop for (key lines) on (plist-get case :files) by #'cddr
                           collect (cons (grpcline-json-name key) (grpcline-test--text lines))))
           (chosen (plist-get case :chosen))
           (got (grpcline-environment-read
                 (grpcline-environment-find (plist-get case :folder)
                                            (lambda (path) (cdr (assoc path files))))
                 (and (stringp chosen) chosen)))
           (want (plist-get case :want))
           (values (grpcline-environment-values got)))
      (should (equal (append (plist-get want :files) nil) (grpcline-environment-files got)))
      (should (equal (append (plist-get want :names) nil) (grpcline-environment-names got)))
      (should (equal (mapcar (lambda (it) (list (plist-get it :file) (plist-get it :line)
                                                (plist-get it :message)))
                             (plist-get want :problems))
                     (grpcline-environment-problems got)))
      (should (= (length (delete-dups (mapcar #'car values)))
                 (/ (length (plist-get want :values)) 2)))
      (cl-loop for (key value) on (plist-get want :values) by #'cddr
               do (should (equal value (cdr (assoc (grpcline-json-name key) values))))))))

(ert-deftest grpcline-test-environment-characters ()
  (cl-flet ((read (text) (grpcline-environment-read (list (cons "/a.json" text)) "dev")))
    (pcase-dolist (`(,escaped . ,want) '(("\\ud83d\\ude00" . "😀") ("\\\\ud83d" . "\\ud83d")))
      (let ((got (read (format "{\"dev\": {\"a\": \"%s\"}}" escaped))))
        (should-not (grpcline-environment-problems got))
        (should (equal (grpcline-environment-values got) (list (cons "a" want))))))
    (dolist (half '("\\ud83d" "\\udE00" "\\ud83d\\u0041"))
      (should (equal (grpcline-environment-problems
                      (read (format "{\"dev\": {\n\"a\": \"%s\"}}" half)))
                     (list (list "/a.json" 2 (concat "the string has half a character: "
                                                     (substring half 0 6)))))))
    (should (equal (grpcline-environment-problems (read (decode-coding-string
                                                         "{\"dev\": {\"a\": \"\351\"}}" 'utf-8)))
                   '(("/a.json" 1 "the file is not UTF-8"))))))

(defun grpcline-test--converted (key function)
  "Return what FUNCTION, a conversion, gives, as the test files have it under KEY."
  (condition-case problem
      (pcase-let ((`(,text . ,lost) (funcall function)))
        (list key (grpcline-test--lines text) :lost (vconcat lost)))
    (grpcline-problem (list :error (cadr problem)))))

(ert-deftest grpcline-test-to-grpcurl ()
  (grpcline-test--each case "grpcurl.json" :to
    (let ((file (grpcline-file-parse (grpcline-test--text (plist-get case :request)) "/project"
                                     :env #'grpcline-test--env)))
      (should-not (grpcline-file-problems file))
      (should (equal (plist-get case :want)
                     (grpcline-test--converted
                      :command (lambda () (grpcline-to-grpcurl (car (grpcline-file-requests file))))))))))

(ert-deftest grpcline-test-from-grpcurl ()
  (grpcline-test--each case "grpcurl.json" :from
    (should (equal (plist-get case :want)
                   (grpcline-test--converted
                    :text (lambda () (grpcline-from-grpcurl
                                      (grpcline-test--text (plist-get case :command)))))))))

(ert-deftest grpcline-test-locate ()
  (let* ((places (grpcline-test-json (grpcline-test-read "locate.json")))
         (message (string-join (plist-get places :message) "\n")))
    (should (plist-get places :lines))
    (cl-loop for (path line) on (plist-get places :lines) by #'cddr
             do (ert-info ((grpcline-json-name path))
                  (should (equal line (grpcline-json-locate message (grpcline-json-name path))))))))

(ert-deftest grpcline-test-complete ()
  (grpcline-test--each case "complete.json" :cases
        (let* ((before (string-remove-suffix "|" (plist-get case :text)))
               (got (grpcline-spot (split-string before "\n")))
               (want (plist-get case :want)))
          (if (eq want :null)
              (should-not got)
            (should got)
            (cl-loop for (key value) on want by #'cddr
                     do (should (equal (list key (if (eq value :json-false) nil value))
                                       (list key (let ((it (plist-get got key)))
                                                   (cond ((eq key :kind) (symbol-name it))
                                                         ((memq key '(:path :used)) (vconcat it))
                                                         (t it)))))))))))

(ert-deftest grpcline-test-schema ()
  (let* ((all (grpcline-test-json (grpcline-test-read "complete.json")))
         (schema (plist-get all :schema)))
    (seq-doseq (lookup (plist-get all :lookups))
      (let ((path (append (plist-get lookup :path) nil)))
        (ert-info ((format "%S" path))
          (should (equal (append (plist-get lookup :fields) nil)
                         (mapcar (lambda (it) (string-join it ": "))
                                 (grpcline-schema-fields schema path))))
          (should (equal (append (plist-get lookup :values) nil)
                         (grpcline-schema-values schema path))))))))

(provide 'grpcline-file-test)
;;; grpcline-file-test.el ends here
