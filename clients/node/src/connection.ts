import { BidiStream, ClientStream, ServerStream } from "./stream";
import type {
  CallOptions,
  Metadata,
  MethodDescription,
  MethodInfo,
  Reply,
  StreamOptions,
} from "./types";
import type { Worker } from "./worker";

/** A connection that the worker keeps. `method` is always `package.Service/Method`. */
export class Connection {
  constructor(
    private readonly worker: Worker,
    /** The worker's handle, such as `c1`. */
    readonly id: string,
  ) {}

  /**
   * Calls a unary method. A RawJson as request is passed on as it is.
   * @throws StatusError where the call ends with another status than OK
   */
  call<Message = unknown>(method: string, request: unknown = {}, options: CallOptions = {}): Promise<Reply<Message>> {
    const { signal, ...rest } = options;
    return this.worker.request("callMethod", { connection: this.id, method, request, ...rest }, signal);
  }

  /** Starts a method that answers with a stream. */
  async serverStream<Message = unknown>(
    method: string,
    request: unknown = {},
    options: StreamOptions = {},
  ): Promise<ServerStream<Message>> {
    return new ServerStream(this.worker, await this.init("initServerStream", { method, request }, options), options);
  }

  /** Starts a method that takes a stream. */
  async clientStream<Sent = unknown, Message = unknown>(
    method: string,
    options: StreamOptions = {},
  ): Promise<ClientStream<Sent, Message>> {
    return new ClientStream(this.worker, await this.init("initClientStream", { method }, options), options);
  }

  /** Starts a method that takes and answers with a stream. */
  async bidiStream<Sent = unknown, Message = unknown>(
    method: string,
    options: StreamOptions = {},
  ): Promise<BidiStream<Sent, Message>> {
    return new BidiStream(this.worker, await this.init("initBidiStream", { method }, options), options);
  }

  /** The full names of the server's services. */
  async services(signal?: AbortSignal): Promise<string[]> {
    return (await this.ask<{ services: string[] }>("getServiceList", {}, signal)).services;
  }

  async methods(service: string, signal?: AbortSignal): Promise<MethodInfo[]> {
    return (await this.ask<{ methods: MethodInfo[] }>("getMethodList", { service }, signal)).methods;
  }

  /** Describes a method: its kind, and the JSON Schema of its messages. */
  method(method: string, signal?: AbortSignal): Promise<MethodDescription> {
    return this.ask("getMethod", { method }, signal);
  }

  /** Replaces the connection's metadata for later calls. */
  async setMetadata(metadata: Metadata): Promise<void> {
    await this.ask("setMetadata", { metadata });
  }

  /**
   * Asks grpc.health.v1 about a service, or the server as a whole.
   * @returns `SERVING`, `NOT_SERVING`, `UNKNOWN` or `SERVICE_UNKNOWN`
   */
  async health(service?: string): Promise<string> {
    return (await this.ask<{ status: string }>("checkHealth", service === undefined ? {} : { service })).status;
  }

  /** Closes the connection and its streams, after all that was asked of it. */
  async close(): Promise<void> {
    await this.ask("closeConnection", {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private ask<Result>(method: string, params: object, signal?: AbortSignal): Promise<Result> {
    return this.worker.request(method, { connection: this.id, ...params }, signal);
  }

  private async init(method: string, params: object, options: StreamOptions): Promise<string> {
    const { signal, timeoutMs: _ofWaits, ...rest } = options;
    const { streamId } = await this.ask<{ streamId: string }>(method, { ...params, ...rest }, signal);
    return streamId;
  }
}

