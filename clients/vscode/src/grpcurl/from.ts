import { lines } from "../json/format";
import { JsonProblem, split } from "../json/values";
import { ShellProblem, words } from "./shell";

/** A request as .grpc text, and the flags that it has nothing for. */
export interface FromGrpcurl {
  text: string;
  lost: string[];
}

/** Why a command is no request. */
export class NoRequest extends Error {}

/** Flags that stand alone, and flags with a value: github.com/fullstorydev/grpcurl, cmd/grpcurl. */
const switches = new Set([
  "plaintext", "insecure", "emit-defaults", "allow-unknown-fields", "use-reflection", "expand-headers", "unix", "v",
  "vv", "msg-template", "format-error", "alts",
]);
const valued = new Set([
  "cacert", "cert", "key", "servername", "authority", "H", "rpc-header", "reflect-header", "import-path", "proto",
  "protoset", "max-time", "d", "format", "connect-timeout", "keepalive-time", "max-msg-sz", "user-agent",
  "alts-handshaker-service", "alts-target-service-account", "protoset-out", "proto-out-dir",
]);
/** Flags that change nothing of the request. */
const silent = new Set(["v", "vv", "msg-template", "format-error", "protoset-out", "proto-out-dir", "plaintext"]);

/** The values of the flags by name, and what is no flag. */
interface Arguments {
  flags: Map<string, string[]>;
  rest: string[];
}

function readArguments(list: string[]): Arguments {
  const flags = new Map<string, string[]>();
  const rest: string[] = [];
  while (list.length > 0) {
    const word = list.shift()!;
    const [, name, , given] = /^--?([A-Za-z][\w-]*)(=([^]*))?$/.exec(word) ?? [];
    if (name === undefined || rest.length > 0) {
      rest.push(word);
    } else if (switches.has(name)) {
      if (given !== "false") flags.set(name, ["true"]);
    } else if (valued.has(name)) {
      const value = given ?? list.shift();
      if (value === undefined) throw new NoRequest(`-${name} has no value`);
      flags.set(name, [...(flags.get(name) ?? []), value]);
    } else {
      throw new NoRequest(`grpcurl has no flag -${name}`);
    }
  }
  return { flags, rest };
}

/** A value for `# @tls`, where spaces need quotes. */
function setting(name: string, value: string): string {
  return /[ \t]/.test(value) ? `${name}="${value}"` : `${name}=${value}`;
}

/** Which flags a request takes, by the name that is its own. */
class Taken {
  readonly names = new Set<string>(silent);

  constructor(private readonly flags: Map<string, string[]>) {}

  all(name: string): string[] {
    this.names.add(name);
    return this.flags.get(name) ?? [];
  }

  /** The last value, which is the one that counts. */
  last(name: string): string | undefined {
    return this.all(name).at(-1);
  }

  get lost(): string[] {
    return [...this.flags.keys()].filter((name) => !this.names.has(name)).sort();
  }
}

function tlsLine(flags: Taken): string[] {
  const values: [string, string | undefined][] = [
    ["certFile", flags.last("cacert")],
    ["clientCertFile", flags.last("cert")],
    ["clientKeyFile", flags.last("key")],
    ["serverName", flags.last("servername")],
  ];
  const list = values.flatMap(([name, value]) => (value === undefined ? [] : [setting(name, value)]));
  if (flags.last("insecure")) list.push("disableCertVerification");
  return list.length > 0 ? [`# @tls ${list.join(" ")}`] : [];
}

function directives(flags: Taken): string[] {
  const json = [
    ...(flags.last("emit-defaults") ? ["emitDefaults"] : []),
    ...(flags.last("allow-unknown-fields") ? ["allowUnknownFields"] : []),
  ];
  const authority = flags.last("authority");
  const seconds = flags.last("max-time");
  const ms = Math.round(Number(seconds ?? 0) * 1000);
  return [
    ...flags.all("import-path").map((path) => `# @import-path ${path}`),
    ...flags.all("proto").map((path) => `# @proto ${path}`),
    ...flags.all("protoset").map((path) => `# @descriptor-set ${path}`),
    ...(flags.last("use-reflection") ? ["# @reflection true"] : []),
    ...(authority === undefined ? [] : [`# @authority ${authority}`]),
    ...(ms > 0 ? [`# @timeout ${ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`}`] : []),
    ...(json.length > 0 ? [`# @json ${json.join(" ")}`] : []),
  ];
}

function metadata(flags: Taken): string[] {
  const given = [...flags.all("H"), ...flags.all("rpc-header"), ...flags.all("reflect-header")];
  const expands = flags.last("expand-headers") !== undefined;
  return [...new Set(given)].map((header) => {
    const [, name = "", value = ""] = /^([^:]*):?[ \t]*([^]*)$/.exec(header) ?? [];
    return `${name.trim()}: ${expands ? value.replace(/\$\{(\w+)\}/g, "{{$env $1}}") : value}`;
  });
}

/** The address, and the directive that it needs for TLS where nothing else asks for it. */
function address(target: string, isTls: boolean, isUnix: boolean, hasTlsLine: boolean): [string, string[]] {
  const needsLine = isTls && !hasTlsLine;
  if (isUnix) return [`unix:${target.startsWith("/") ? "//" : ""}${target}`, needsLine ? ["# @tls"] : []];
  if (needsLine && !target.includes("://")) return [`https://${target}`, []];
  return [target, needsLine ? ["# @tls"] : []];
}

function body(flags: Taken): string[] {
  const data = flags.last("d");
  if (data === undefined || data === "@") return [];
  try {
    const values = split(data).flatMap(({ text }) => lines(text));
    return values.length > 0 ? ["", ...values] : [];
  } catch (err) {
    if (!(err instanceof JsonProblem)) throw err;
    throw new NoRequest(`-d: ${err.message}`);
  }
}

/** The words after grpcurl itself, which may stand behind a prompt. */
function argumentsOf(command: string): string[] {
  try {
    const list = words(command.trim());
    if (list[0] === "$") list.shift();
    if (!/(?:^|[/\\])grpcurl(?:\.exe)?$/.test(list[0] ?? "")) throw new NoRequest("this is not a grpcurl command");
    return list.slice(1);
  } catch (err) {
    if (!(err instanceof ShellProblem)) throw err;
    throw new NoRequest(err.message);
  }
}

/**
 * Reads a grpcurl command, as a POSIX shell does.
 * @throws NoRequest
 */
export function fromGrpcurl(command: string): FromGrpcurl {
  const { flags: given, rest } = readArguments(argumentsOf(command));
  const [target, symbol, more] = rest;
  if (target === undefined || symbol === undefined || more !== undefined || symbol === "list" || symbol === "describe") {
    throw new NoRequest("a call is grpcurl FLAGS ADDRESS package.Service/Method");
  }
  if (given.get("format")?.at(-1) === "text") throw new NoRequest("-format text: a body is JSON");
  const method = symbol.includes("/") ? symbol : symbol.replace(/\.([^.]*)$/, "/$1");
  const flags = new Taken(given);
  flags.all("format");
  const tls = tlsLine(flags);
  const [where, tlsAlone] = address(target, !given.has("plaintext"), flags.last("unix") !== undefined, tls.length > 0);
  const text = [
    `### ${method.replace(/^.*\//, "")}`,
    ...directives(flags),
    ...tls,
    ...tlsAlone,
    where,
    ...metadata(flags),
    "",
    method,
    ...body(flags),
  ];
  if (flags.last("d") === "@") flags.names.delete("d");
  return { text: text.join("\n"), lost: flags.lost };
}
