import { createHash } from "node:crypto";

import type { ConnectionParams, MethodDescription, MethodInfo, ProtoFiles, Worker } from "grpcline-client";

import type { Request } from "../file/block";
import { connectionParams } from "../file/params";

/** How long an answer is used again, in milliseconds. */
const keepMs = 10_000;

/**
 * What the servers of requests offer, asked of the worker and kept for a while, so
 * that typing does not ask anew at each key.
 */
export class Servers {
  private readonly answers = new Map<string, { at: number; answer: Promise<unknown> }>();

  constructor(private readonly worker: () => Promise<Worker>) {}

  async services(request: Request): Promise<string[]> {
    return (await this.ask<{ services: string[] }>(request, "getServiceList", {})).services;
  }

  async methods(request: Request, service: string): Promise<MethodInfo[]> {
    return (await this.ask<{ methods: MethodInfo[] }>(request, "getMethodList", { service })).methods;
  }

  /** @param method full */
  method(request: Request, method: string): Promise<MethodDescription> {
    return this.ask(request, "getMethod", { method });
  }

  /** The proto sources that a symbol needs, by file name. */
  async proto(request: Request, symbol: string): Promise<Record<string, string>> {
    return (await this.ask<ProtoFiles>(request, "getProto", { symbol })).files;
  }

  /** Forgets what was asked. */
  forget(): void {
    this.answers.clear();
  }

  private ask<Result>(request: Request, method: string, params: object): Promise<Result> {
    const { address } = request;
    if (address === undefined) return Promise.reject(new Error("the request has no address"));
    const connection = connectionParams({ ...request, address });
    const key = hash([method, params, connection]);
    const known = this.answers.get(key);
    if (known && Date.now() - known.at < keepMs) return known.answer as Promise<Result>;
    const answer = this.request<Result>(method, params, connection);
    this.answers.set(key, { at: Date.now(), answer });
    answer.catch(() => this.answers.delete(key)); // an error is not kept
    return answer;
  }

  private async request<Result>(method: string, params: object, connection: ConnectionParams): Promise<Result> {
    return (await this.worker()).request<Result>(method, { connection, ...params });
  }
}

/** A key that keeps no metadata (tokens) in memory. */
function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
