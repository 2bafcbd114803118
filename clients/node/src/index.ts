export { Connection } from "./connection";
export { type ErrorData, RequestError, StatusError, WorkerError } from "./errors";
export { RawJson } from "./rawjson";
export { BidiStream, ClientStream, ServerStream } from "./stream";
export type {
  CallOptions,
  ConnectionParams,
  JsonOptions,
  Metadata,
  MethodDescription,
  MethodInfo,
  MethodKind,
  ReceivedMetadata,
  Reply,
  Schema,
  SchemaDiagnostic,
  Status,
  StreamEnd,
  StreamOptions,
  TlsSettings,
  Version,
} from "./types";
export { findWorker, Worker, type WorkerOptions } from "./worker";
