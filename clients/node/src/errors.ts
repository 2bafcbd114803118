import { ResponseError } from "vscode-jsonrpc/node";

import type { ReceivedMetadata, SchemaDiagnostic, Status } from "./types";

/** What an error's `data` can hold; the protocol says which error has what. */
export interface ErrorData {
  status?: Status;
  headers?: ReceivedMetadata;
  trailers?: ReceivedMetadata;
  origin?: "server" | "client";
  reason?: string;
  param?: string;
  path?: string;
  diagnostics?: SchemaDiagnostic[];
  sent?: number;
}

/** An RPC that ended with a status other than OK. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  /** The gRPC status code, 1 to 16 or whatever other number the server sent. */
  readonly code: number;
  readonly status: Status;
  readonly headers: ReceivedMetadata;
  readonly trailers: ReceivedMetadata;
  /** Whether the server is known to have sent the status. */
  readonly origin: "server" | "client";

  constructor(message: string, status: Status, readonly data: ErrorData) {
    super(message);
    this.code = status.code;
    this.status = status;
    this.headers = data.headers ?? {};
    this.trailers = data.trailers ?? {};
    this.origin = data.origin ?? "client";
  }
}

/** A request that the worker refused: no RPC failed, the asking did. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  /** The word for programs, such as `unknownStream`. */
  readonly reason: string | undefined;

  /** @param code the JSON-RPC error code, below 0 */
  constructor(message: string, readonly code: number, readonly data: ErrorData) {
    super(message);
    this.reason = data.reason;
  }
}

/** The worker could not be started, is not one, is too old, or ended. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
}

/** Turns an error of the worker into one of the classes above. */
export function fromResponse(err: unknown): unknown {
  if (!(err instanceof ResponseError)) {
    return err;
  }
  const data = (err.data ?? {}) as ErrorData;
  return err.code > 0 && data.status
    ? new StatusError(err.message, data.status, data)
    : new RequestError(err.message, err.code, data);
}
