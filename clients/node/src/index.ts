export type { Handler } from "./calls";
export { Connection } from "./connection";
export { type ErrorData, RequestError, StatusError, WorkerError } from "./errors";
export type { ServerCall } from "./incoming";
export { RawJson } from "./rawjson";
export { type ServeOptions, Server } from "./server";
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
  Peer,
  ProtoFiles,
  ReceivedMetadata,
  Reply,
  Schema,
  SchemaDiagnostic,
  ServeParams,
  Status,
  StreamEnd,
  StreamOptions,
  TlsSettings,
  Undecodable,
  Version,
} from "./types";
export { findWorker } from "./find";
export { Worker, type WorkerOptions } from "./worker";
