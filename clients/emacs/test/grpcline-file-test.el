;;; grpcline-file-test.el --- The shared test files  -*- lexical-binding: t; -*-

;;; Commentary:

;; The test files that all implementations of .grpc files share.

;;; Code:

(require 'ert)
(require 'grpcline-complete)
(require 'grpcline-file)

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
       (connection . ,(or (grpcline-request-connection request) (make-hash-table)))
       (messages . ,(vconcat (mapcar (pcase-lambda (`(,text ,line ,last))
                                       `((text . ,text) (line . ,line) (last . ,last)))
                                     (grpcline-request-messages request))))))))

(defconst grpcline-test-not-yet
  ;; Values of earlier answers are not there in Emacs yet.
  '("answers")
  "Shared files of what is not there in Emacs yet.
So are environments.json, grpcurl.json and results/all.grpc, which nothing here
reads: environment files, grpcurl commands and running all requests.")

(ert-deftest grpcline-test-parse ()
  (let ((files (directory-files (expand-file-name "parse" grpcline-test-shared) nil "\\.grpc\\'")))
    (should files)
    (dolist (name (mapcar #'file-name-sans-extension files))
      (unless (member name grpcline-test-not-yet)
        (ert-info (name)
          (let* ((want (grpcline-test-read (format "parse/%s.json" name)))
                 (given (plist-get (grpcline-test-json want) :given))
                 (file (grpcline-file-parse
                        (grpcline-test-read (format "parse/%s.grpc" name)) "/project"
                        :env (lambda (it) (cdr (assoc it '(("TOKEN" . "s3cr3t") ("MULTI" . "two\nlines")))))
                        :environment (cl-loop for (key value) on (plist-get given :environment) by #'cddr
                                              collect (cons (grpcline-json-name key) value))))
                 (wanted (json-parse-string want)))
            (remhash "given" wanted)
            (should (equal (grpcline-test--sorted wanted)
                           (grpcline-test--same
                            (json-serialize
                             `((requests . ,(vconcat (mapcar #'grpcline-test--request
                                                             (grpcline-file-requests file))))
                               (problems . ,(vconcat (mapcar (pcase-lambda (`(,line . ,message))
                                                               `((line . ,line) (message . ,message)))
                                                             (grpcline-file-problems file)))))
                             :false-object :json-false))))))))))

(ert-deftest grpcline-test-locate ()
  (let* ((places (grpcline-test-json (grpcline-test-read "locate.json")))
         (message (string-join (plist-get places :message) "\n")))
    (should (plist-get places :lines))
    (cl-loop for (path line) on (plist-get places :lines) by #'cddr
             do (ert-info ((grpcline-json-name path))
                  (should (equal line (grpcline-json-locate message (grpcline-json-name path))))))))

(ert-deftest grpcline-test-complete ()
  (let ((cases (plist-get (grpcline-test-json (grpcline-test-read "complete.json")) :cases)))
    (should (> (length cases) 0))
    (seq-doseq (case cases)
      (ert-info ((plist-get case :name))
        (let* ((before (string-remove-suffix "|" (plist-get case :text)))
               (got (grpcline-complete-context (split-string before "\n")))
               (want (plist-get case :want)))
          (if (eq want :null)
              (should-not got)
            (should got)
            (cl-loop for (key value) on want by #'cddr
                     do (should (equal (list key (if (eq value :json-false) nil value))
                                       (list key (let ((it (plist-get got key)))
                                                   (cond ((eq key :kind) (symbol-name it))
                                                         ((memq key '(:path :used)) (vconcat it))
                                                         (t it)))))))))))))

(ert-deftest grpcline-test-schema ()
  (let* ((all (grpcline-test-json (grpcline-test-read "complete.json")))
         (schema (plist-get all :schema)))
    (seq-doseq (lookup (plist-get all :lookups))
      (let ((path (append (plist-get lookup :path) nil)))
        (ert-info ((format "%S" path))
          (should (equal (append (plist-get lookup :fields) nil)
                         (mapcar (lambda (it) (string-join it ": "))
                                 (grpcline-complete-fields schema path))))
          (should (equal (append (plist-get lookup :values) nil)
                         (grpcline-complete-values schema path))))))))

(provide 'grpcline-file-test)
;;; grpcline-file-test.el ends here
