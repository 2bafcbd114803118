import { RequestError, StatusError, WorkerError } from "./errors";
import { Incoming, type ServerCall } from "./incoming";
import type { Rpc } from "./rpc";
import { internal, statusOf } from "./status";
import type { IncomingCall, StatusToSend, StreamEnd } from "./types";

/**
 * Answers the calls of a method. The request is a message, or what gives the messages of
 * a client that streams; the response likewise. An error with a `code` from 1 to 16, or
 * its name, ends the call with that status; all others are INTERNAL.
 */
export type Handler<Request = any, Response = any> = (
  request: Request,
  call: ServerCall,
) => Response | Promise<Response>;

/** What a call ends with; nothing after a stream of responses. */
type Outcome = { message: unknown } | { status: StatusToSend } | object;

/** The calls of one server: each runs in its handler, and none waits for another. */
export class Calls {
  private readonly calls = new Map<string, Incoming>();

  constructor(
    private readonly rpc: Rpc,
    private readonly handlers: ReadonlyMap<string, Handler>,
    /** Is told what was answered with INTERNAL. */
    private readonly tell: (err: unknown, call: ServerCall) => void,
  ) {}

  incoming(params: IncomingCall): void {
    const call = new Incoming(this.rpc, params);
    this.calls.set(params.streamId, call);
    void this.answer(call).finally(() => {
      call.settled();
      this.calls.delete(params.streamId);
    });
  }

  message(streamId: string, message: unknown): void {
    this.calls.get(streamId)?.requests.push(message);
  }

  ended(streamId: string, end: StreamEnd): void {
    this.calls.get(streamId)?.ended(end);
  }

  /** The server is gone, and with it the handles of its calls. */
  abort(reason: Error): void {
    for (const call of this.calls.values()) call.abort(reason);
  }

  /** Runs the handler and gives the handle back; rejects only if `tell` throws. */
  private async answer(call: Incoming): Promise<void> {
    try {
      await call.finish(await this.outcome(call));
    } catch (err) {
      if (err instanceof StatusError) call.abort(err);
      if (!isGone(err, call)) {
        // What the handler gave is no message of the schema, or no status.
        await call.finish({ status: internal(err) }).catch(() => {});
        this.tell(err, call);
      }
      await call.close().catch(() => {}); // a call that did finish has no handle any more
    }
  }

  private async outcome(call: Incoming): Promise<Outcome> {
    const handler = this.handlers.get(call.method);
    if (!handler) return { status: { code: "UNIMPLEMENTED", message: `${call.method} has no handler`, details: [] } };
    try {
      const response: unknown = await handler(call.request, call);
      if (call.kind === "unary" || call.kind === "clientStream") return { message: response };
      await call.sendAll(response as AsyncIterable<unknown>);
      return {};
    } catch (err) {
      const status = statusOf(err);
      if (!status && !isGone(err, call)) this.tell(err, call);
      return { status: status ?? internal(err) };
    }
  }
}

/** Whether nobody waits for the answer any longer: the client, the server or the worker is gone. */
function isGone(err: unknown, call: Incoming): boolean {
  const hasNoHandle = err instanceof RequestError && err.reason === "unknownStream";
  return call.signal.aborted || hasNoHandle || err instanceof WorkerError;
}
