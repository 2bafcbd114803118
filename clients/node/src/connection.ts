import { Buffers } from "./buffers";
import type { Rpc } from "./rpc";
import { BidiStream, ClientStream, ServerStream, type StreamStart } from "./stream";
import type {
  CallOptions,
  Metadata,
  MethodDescription,
  MethodInfo,
  ProtoFiles,
  Reply,
  StreamOptions,
} from "./types";

/** A connection that the worker keeps. `method` is always `package.Service/Method`. */
export class Connection {
  /** Of the methods that were asked for Buffers, by name. */
  private readonly buffers = new Map<string, Promise<Buffers>>();

  constructor(
    private readonly rpc: Rpc,
    /** The worker's handle, such as `c1`. */
    readonly id: string,
  ) {}

  /**
   * Calls a unary method. A RawJson, at any depth of the request, is passed on as it is
   * written, and a Buffer or Uint8Array as base64.
   * @throws StatusError where the call ends with another status than OK
   */
  async call<Message = unknown>(method: string, request: unknown = {}, options: CallOptions = {}): Promise<Reply<Message>> {
    const { signal, buffers, ...rest } = options;
    const bytes = buffers ? await this.buffersOf(method, signal) : undefined;
    const params = { connection: this.id, method, request, ...rest };
    const before = bytes && ((reply: object) => bytes.convert(reply, "message"));
    return this.rpc.request("callMethod", params, { signal, ...(before && { before }) });
  }

  /** Starts a method that answers with a stream. */
  async serverStream<Message = unknown>(
    method: string,
    request: unknown = {},
    options: StreamOptions = {},
  ): Promise<ServerStream<Message>> {
    return new ServerStream(this.rpc, await this.init("initServerStream", { method, request }, options));
  }

  /** Starts a method that takes a stream. */
  async clientStream<Sent = unknown, Message = unknown>(
    method: string,
    options: StreamOptions = {},
  ): Promise<ClientStream<Sent, Message>> {
    return new ClientStream(this.rpc, await this.init("initClientStream", { method }, options));
  }

  /** Starts a method that takes and answers with a stream. */
  async bidiStream<Sent = unknown, Message = unknown>(
    method: string,
    options: StreamOptions = {},
  ): Promise<BidiStream<Sent, Message>> {
    return new BidiStream(this.rpc, await this.init("initBidiStream", { method }, options));
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

  /**
   * The connection's schema, or what a symbol of it needs, as `.proto` sources that
   * compile again, and as a descriptor set.
   */
  proto(symbol?: string, signal?: AbortSignal): Promise<ProtoFiles> {
    return this.ask("getProto", symbol === undefined ? {} : { symbol }, signal);
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
    return this.rpc.request(method, { connection: this.id, ...params }, { signal });
  }

  private async init(name: string, params: { method: string; request?: unknown }, options: StreamOptions): Promise<StreamStart> {
    const { signal, timeoutMs, buffers, ...rest } = options;
    const bytes = buffers ? await this.buffersOf(params.method, signal) : undefined;
    const { streamId } = await this.ask<{ streamId: string }>(name, { ...params, ...rest }, signal);
    return { streamId, signal, buffers: bytes, timeoutMs: timeoutMs ?? 0 }; // waits are not bounded unless asked
  }

  /** Asked for once a method, and again where that failed. */
  private buffersOf(method: string, signal?: AbortSignal): Promise<Buffers> {
    const known = this.buffers.get(method);
    if (known) return known;
    const asked = this.method(method, signal).then(({ responseSchema }) => new Buffers(responseSchema));
    this.buffers.set(method, asked);
    asked.catch(() => this.buffers.delete(method));
    return asked;
  }
}
