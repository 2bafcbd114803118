import type { Status, StatusToSend } from "./types";

/** The names of the status codes, by their numbers: https://grpc.io/docs/guides/status-codes/ */
const names = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

/** Whether a value is the code of a status other than OK; Node.js has codes of its own, such as ENOENT. */
function isStatusCode(code: unknown): code is number | string {
  return typeof code === "number" ? Number.isInteger(code) && code > 0 && code < names.length : names.indexOf(code as string) > 0;
}

/** The status that a handler's error asks for; undefined if it asks for none. */
export function statusOf(err: unknown): StatusToSend | undefined {
  if (typeof err !== "object" || err === null || err instanceof DOMException) return undefined;
  const { code, message, details, status } = err as { code: unknown; message?: unknown; details?: unknown; status?: Partial<Status> };
  if (!isStatusCode(code)) return undefined;
  const list = Array.isArray(details) ? details : Array.isArray(status?.details) ? status.details : [];
  const said = status?.message ?? (typeof details === "string" ? details : message);
  return { code, message: said === undefined ? "" : String(said), details: list };
}

/** The status of an error that a handler did not mean for the client: its message, never its stack. */
export function internal(err: unknown): StatusToSend {
  const message = err instanceof Error ? err.message : "";
  return { code: "INTERNAL", message: message || "the handler failed", details: [] };
}
