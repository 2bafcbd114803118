;;; grpcline-params.el --- What the worker is asked for a request  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The params of `openConnection' for the settings of a request, and where the schemas
;; that the worker names are on the disk.

;;; Code:

(require 'cl-lib)
(require 'subr-x)
(require 'grpcline-text)

(defun grpcline-params-import-name (path roots)
  "Return the name by which other schemas import PATH, by protoc's rule.
That is its path below the first of ROOTS that contains it, else its file name."
  (let ((root (seq-find (lambda (it) (string-prefix-p (file-name-as-directory it) path)) roots)))
    (if root
        (substring path (length (file-name-as-directory root)))
      (car (last (split-string path "[/\\]" t))))))

(defun grpcline-params--proto (settings)
  "Return the schemas of SETTINGS, an alist by the names for imports."
  (mapcar (lambda (path)
            (if (string-match-p "\\`https?://" path)
                (cons (if (string-match "[^/]+\\'" path) (match-string 0 path) path)
                      `((url . ,path)))
              (cons (grpcline-params-import-name path (plist-get settings :import-paths))
                    `((file . ,path)))))
          (plist-get settings :proto)))

(defun grpcline-params--service-config (retry)
  "Return a gRPC service config for RETRY, (COUNT . STATUSES).
See https://github.com/grpc/proposal/blob/master/A6-client-retries.md."
  `((methodConfig
     . [((name . [nil])
         (retryPolicy
          . ((maxAttempts . ,(1+ (car retry)))
             (initialBackoff . "0.2s")
             (maxBackoff . "2s")
             (backoffMultiplier . 2)
             (retryableStatusCodes . ,(vconcat (cdr retry))))))])))

(defun grpcline-params-metadata (metadata settings)
  "Return METADATA with `# @auth' of SETTINGS, unless a line says it already."
  (let ((auth (plist-get settings :auth)))
    (if (or (null auth) (equal auth "") (assoc "authorization" metadata))
        metadata
      (cons (list "authorization" auth) metadata))))

(defun grpcline-params--by-name (alist)
  "Return ALIST, whose keys are strings, as an object."
  (mapcar (lambda (it) (cons (intern (car it)) (cdr it))) alist))

(defun grpcline-params-connection (address metadata settings)
  "Return params of `openConnection' for ADDRESS, METADATA and SETTINGS."
  (let ((metadata (grpcline-params-metadata metadata settings))
        (descriptor-set (plist-get settings :descriptor-set)))
    (cl-loop
     for (name . value) in
     `((address . ,address)
       (metadata . ,(grpcline-params--by-name
                     (mapcar (lambda (it) (cons (car it) (vconcat (cdr it)))) metadata)))
       (proto . ,(grpcline-params--by-name (grpcline-params--proto settings)))
       (importPaths . ,(when-let ((roots (plist-get settings :import-paths))) (vconcat roots)))
       (descriptorSet . ,(and descriptor-set `((file . ,descriptor-set))))
       (reflection . ,(plist-get settings :reflection))
       (json . ,(plist-get settings :json))
       (compression . ,(plist-get settings :compression))
       (authority . ,(plist-get settings :authority))
       (proxy . ,(plist-get settings :proxy))
       (serviceConfig . ,(when-let ((retry (plist-get settings :retry)))
                           (grpcline-params--service-config retry))))
     when value collect (cons name value) into params
     finally return (append params
                            ;; TLS without settings is still TLS.
                            (when-let ((tls (plist-get settings :tls)))
                              `((tls . ,(car tls))))))))

(defun grpcline-params-schema-path (settings name)
  "Return the path of the schema NAME of SETTINGS, nil if it is not on the disk."
  (if-let ((given (assoc name (grpcline-params--proto settings))))
      (alist-get 'file (cdr given))
    (seq-find #'file-exists-p
              (mapcar (lambda (folder) (grpcline-path-join folder name))
                      (append (plist-get settings :import-paths)
                              (mapcar #'grpcline-path-folder (plist-get settings :proto)))))))

(provide 'grpcline-params)
;;; grpcline-params.el ends here
