export { Connection } from "./connection";
export { type ErrorData, RequestError, StatusError, WorkerError } from "./errors";
export { RawJson } from "./rawjson";
export { BidiStream, ClientStream, ServerStream } from "./stream";
export { isUndecodable } from "./types";
export type {
  CallOptions,
  ConnectionParams,
  JsonOptions,
  Metadata,
  MethodDescription,
  MethodInfo,
  MethodKind,
  ProtoFiles,
  ReceivedMetadata,
  Reply,
  Schema,
  SchemaDiagnostic,
  Status,
  StreamEnd,
  StreamOptions,
  TlsSettings,
  Undecodable,
  Version,
} from "./types";
export { findWorker } from "./find";
export { Worker, type WorkerOptions } from "./worker";
