/** The shapes of the worker's protocol. Times are in milliseconds; 0 is no bound. */

/** Metadata to send. A name ending in `-bin` carries base64. */
export type Metadata = Record<string, string | string[]>;

/** Metadata received: every value of each name. */
export type ReceivedMetadata = Record<string, string[]>;

/** A gRPC status: https://grpc.io/docs/guides/status-codes/ */
export interface Status {
  code: number;
  /** The canonical name, such as `NOT_FOUND`. */
  name: string;
  message: string;
  /** Error details as ProtoJSON with `@type`. */
  details: unknown[];
}

/** A schema: its text, a path or an `http(s)` URL, told apart or said outright. */
export type Schema = string | { text: string } | { file: string } | { url: string };

export interface TlsSettings {
  disableCertVerification?: boolean;
  /** A PEM file of root certificates; else the system's. */
  certFile?: string;
  caPem?: string;
  clientCertFile?: string;
  clientKeyFile?: string;
  clientCertPem?: string;
  clientKeyPem?: string;
  /** A PKCS#12 file (.p12, .pfx) with the client's certificate and its key, instead of those. */
  clientP12File?: string;
  clientP12Password?: string;
  /** Refuses a server that does not offer HTTP/2 in the TLS handshake; true unless given. */
  requireAlpn?: boolean;
  serverName?: string;
}

/** How messages are written as JSON; all false unless set. */
export interface JsonOptions {
  useProtoNames?: boolean;
  emitDefaults?: boolean;
  enumsAsNumbers?: boolean;
  int64AsNumbers?: boolean;
  allowUnknownFields?: boolean;
}

export interface ConnectionParams {
  /** `https://host:port` or `grpcs://…`, `http://host:port` or `grpc://…`, `host:port`, or a gRPC target. */
  address: string;
  /** One schema, or schemas by the names that imports use; else reflection. */
  proto?: Schema | Record<string, Schema>;
  importPaths?: string[];
  descriptorSet?: string | { file: string } | { base64: string };
  reflection?: "auto" | boolean;
  metadata?: Metadata;
  tls?: TlsSettings;
  timeoutMs?: number;
  connectTimeoutMs?: number;
  /** Connects with the first call, not with the opening. */
  lazy?: boolean;
  compression?: string;
  maxReceiveBytes?: number;
  maxSendBytes?: number;
  keepalive?: { timeMs?: number; timeoutMs?: number; permitWithoutStream?: boolean };
  authority?: string;
  userAgent?: string;
  serviceConfig?: object;
  waitForReady?: boolean;
  json?: JsonOptions;
  /** The URL of a CONNECT proxy, or "" for none; else that of the environment. */
  proxy?: string;
}

/** Options of every call and stream. */
export interface CallOptions {
  /** Cancels the call; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  metadata?: Metadata;
  json?: JsonOptions;
  compression?: string;
  waitForReady?: boolean;
  /**
   * Gives `bytes` fields as Buffers and not as base64, as the method's schema tells
   * them; it is asked for once. Those inside of an Any stay base64.
   */
  buffers?: boolean;
  /** Bounds a unary call as a whole, or one wait of a stream (unbounded unless given). */
  timeoutMs?: number;
}

export interface StreamOptions extends CallOptions {
  /** Bounds the stream as a whole. */
  deadlineMs?: number;
}

/** The response of a call. */
export interface Reply<Message> {
  /** Or an Undecodable, which isUndecodable tells. */
  message: Message;
  headers: ReceivedMetadata;
  trailers: ReceivedMetadata;
  status: Status;
}

/**
 * What is handed out for a received message that JSON cannot hold, such as a string
 * that is no UTF-8: nothing of it is lost, and a stream goes on.
 */
export interface Undecodable {
  "@undecodable": {
    /** The field at fault, such as `items[2].name`. */
    path: string;
    /** Why, in a sentence. */
    reason: string;
    /** The message as it came, in base64. */
    value: string;
  };
}

/** Tells a message that JSON cannot hold from all others. */
export function isUndecodable(message: unknown): message is Undecodable {
  return typeof message === "object" && message !== null && "@undecodable" in message;
}

/** The answer of getProto. */
export interface ProtoFiles {
  /** Sources by file name. */
  files: Record<string, string>;
  /** A FileDescriptorSet in base64. */
  descriptorSet: string;
}

/** How a stream ended. */
export interface StreamEnd {
  status: Status;
  headers: ReceivedMetadata;
  trailers: ReceivedMetadata;
}

export type MethodKind = "unary" | "serverStream" | "clientStream" | "bidiStream";

export interface MethodInfo {
  name: string;
  kind: MethodKind;
  requestType: string;
  responseType: string;
}

export interface MethodDescription extends MethodInfo {
  service: string;
  /** `/package.Service/Method` */
  path: string;
  clientStreaming: boolean;
  serverStreaming: boolean;
  /** JSON Schema (draft 2020-12) of the request. */
  requestSchema: object;
  responseSchema: object;
  /** A request with every field. */
  requestTemplate: unknown;
  comment: string;
  deprecated: boolean;
}

/** The answer of getVersion. */
export interface Version {
  name: string;
  version: string;
  protocol: number;
  go: string;
  grpc: string;
}

/** One error of a schema that does not compile. */
export interface SchemaDiagnostic {
  file: string;
  line: number;
  column: number;
  message: string;
}

/** Who calls. */
export interface Peer {
  address: string;
  /** The `:authority` that it asked for. */
  authority?: string;
  tls: boolean;
  /** The subject and the names of the client's certificate. */
  subject?: string;
  names?: string[];
}

/** A status to end a call with; `code` is a number or a name, `details` ProtoJSON with `@type`. */
export interface StatusToSend {
  code: number | string;
  message: string;
  details: unknown[];
}

/** A call that came to a server. */
export interface IncomingCall {
  streamId: string;
  service: string;
  method: string;
  kind: MethodKind;
  metadata: ReceivedMetadata;
  peer: Peer;
  deadlineMs?: number;
  /** The request, of a method that takes one. */
  message?: unknown;
}

/** What a server is started with. */
export interface ServeParams {
  /** `host:port`, `:port` or `unix:///path`; port 0 is one that is free. */
  address: string;
  /** One schema, or schemas by the names that imports use. */
  proto?: Schema | Record<string, Schema>;
  importPaths?: string[];
  descriptorSet?: string | { file: string } | { base64: string };
  /** The full names of the services to serve; all of the schema unless given. */
  services?: string[];
  /** A certificate and its key; a client CA demands a client's certificate. */
  tls?: {
    certFile?: string;
    keyFile?: string;
    certPem?: string;
    keyPem?: string;
    clientCaFile?: string;
    clientCaPem?: string;
  };
  serverId?: string;
  reflection?: boolean;
  health?: boolean;
  json?: JsonOptions;
  maxReceiveBytes?: number;
  maxSendBytes?: number;
  keepalive?: { timeMs?: number; timeoutMs?: number; permitWithoutStream?: boolean };
  /** How many calls may wait to be accepted; 1000 unless given. */
  maxWaitingCalls?: number;
  acceptTimeoutMs?: number;
}
