import {
  type ReceivedMetadata,
  RequestError,
  type SchemaDiagnostic,
  type Status,
  StatusError,
  type StreamEnd,
} from "grpcline-client";

/** The state of a request for which no call was made. */
export const failed = "FAILED";

/** What is known of a call so far. */
export interface Result {
  /** "running", "open", "half-closed", or how it ended. */
  state: string;
  method: string;
  address: string;
  /** Messages of a stream. */
  sent?: number;
  received?: number;
  /** How long it took. */
  ms?: number;
  /** Of a status or an error. */
  message?: string;
  /** Lines below the message. */
  notes?: string[];
  details?: unknown[];
  headers?: ReceivedMetadata;
  trailers?: ReceivedMetadata;
  /** The lines of the messages, one entry a message. */
  messages: string[][];
}

/** Names a status: OK, or NOT_FOUND (5). */
function stateOf(status: Status): string {
  return status.code === 0 ? "OK" : `${status.name} (${status.code})`;
}

/** Puts a status and its metadata into a result. */
export function setEnd(result: Result, end: StreamEnd): void {
  result.state = stateOf(end.status);
  result.message = end.status.message;
  result.details = end.status.details;
  result.headers = Object.keys(end.headers).length > 0 ? end.headers : (result.headers ?? {});
  result.trailers = end.trailers;
}

function note({ file, line, column, message }: SchemaDiagnostic): string {
  return `  ${file}:${line}:${column}: ${message}`;
}

/** Puts an error into a result. */
export function setError(result: Result, err: unknown): void {
  if (err instanceof StatusError) {
    setEnd(result, err);
    if (err.origin === "client") result.notes = ["origin: client"];
  } else if (err instanceof Error && err.name === "AbortError") {
    result.state = "CANCELLED (1)";
    result.message = "cancelled";
  } else {
    result.state = failed;
    result.message = err instanceof Error ? err.message : String(err);
    result.notes = err instanceof RequestError ? (err.data.diagnostics ?? []).map(note) : [];
  }
}
