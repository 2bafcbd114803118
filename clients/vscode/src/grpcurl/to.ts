import type { Request } from "../file/block";
import { metadataOf } from "../file/params";
import * as paths from "../file/paths";
import { quote } from "./shell";

/** A command, and the directives for which grpcurl has nothing. */
export interface Command {
  command: string;
  lost: string[];
}

/** Why a request cannot be a grpcurl command. */
export class NoCommand extends Error {}

type Runnable = Request & { address: string; method: string };

/** Where it calls: grpcurl wants a port, and has no schemes but those of gRPC's resolvers. */
function target(address: string, isTls: boolean): string[] {
  if (address.startsWith("demo:")) throw new NoCommand("demo:/// is inside the worker, where grpcurl cannot call it");
  const socket = /^unix:(?:\/\/(?=\/))?(.+)$/.exec(address)?.[1];
  if (socket !== undefined) return ["-unix", socket];
  const host = address.replace(/^(?:https?|grpcs?):\/\/([^/]*)\/?$/, "$1");
  if (host.includes("://") || /:\d+$/.test(host)) return [host];
  return [`${host}:${isTls ? 443 : 80}`];
}

function tlsFlags({ tls }: Request["settings"], isTls: boolean): string[] {
  if (!isTls) return ["-plaintext"];
  if (tls?.clientP12File) throw new NoCommand(`grpcurl takes no PKCS#12 file: ${tls.clientP12File}`);
  return [
    ...(tls?.disableCertVerification ? ["-insecure"] : []),
    ...(tls?.certFile ? ["-cacert", tls.certFile] : []),
    ...(tls?.clientCertFile ? ["-cert", tls.clientCertFile] : []),
    ...(tls?.clientKeyFile ? ["-key", tls.clientKeyFile] : []),
    ...(tls?.serverName ? ["-servername", tls.serverName] : []),
  ];
}

function schemaFlags({ proto, importPaths, descriptorSet, reflection }: Request["settings"]): string[] {
  const roots = [...importPaths];
  const names = proto.map((path) => {
    if (/^https?:\/\//.test(path)) throw new NoCommand(`grpcurl takes no URL as a schema: ${path}`);
    if (!path.endsWith(".proto")) throw new NoCommand(`grpcurl takes no folder as a schema: ${path}`);
    const name = paths.importName(path, importPaths);
    const isBelow = importPaths.some((root) => paths.join(root, name) === path);
    if (!isBelow && !roots.includes(paths.folderOf(path))) roots.push(paths.folderOf(path));
    return name;
  });
  return [
    ...roots.flatMap((root) => ["-import-path", root]),
    ...names.flatMap((name) => ["-proto", name]),
    ...(descriptorSet === undefined ? [] : ["-protoset", descriptorSet]),
    ...(reflection === true && (proto.length > 0 || descriptorSet !== undefined) ? ["-use-reflection"] : []),
  ];
}

function lostOf({ settings }: Request): string[] {
  const { json, compression, proxy, retry, keepOpen } = settings;
  const isWritten = json?.useProtoNames || json?.enumsAsNumbers || json?.int64AsNumbers;
  return [
    ...(compression === undefined ? [] : ["compression"]),
    ...(isWritten ? ["json"] : []),
    ...(keepOpen ? ["keep-open"] : []),
    ...(proxy === undefined ? [] : ["proxy"]),
    ...(retry ? ["retry"] : []),
  ];
}

/**
 * Writes a request as a command of a POSIX shell.
 * @throws NoCommand
 */
export function toGrpcurl(request: Runnable): Command {
  const { settings, messages } = request;
  const isTls = settings.tls !== undefined || /^(?:https|grpcs):\/\//.test(request.address);
  const metadata = Object.entries(metadataOf(request)).sort(([a], [b]) => (a < b ? -1 : 1));
  const words = [
    "grpcurl",
    ...tlsFlags(settings, isTls),
    ...(settings.authority === undefined ? [] : ["-authority", settings.authority]),
    ...metadata.flatMap(([name, values]) => values.flatMap((value) => ["-H", `${name}: ${value}`])),
    ...schemaFlags(settings),
    ...(settings.timeoutMs === undefined ? [] : ["-max-time", String(settings.timeoutMs / 1000)]),
    ...(settings.json?.emitDefaults ? ["-emit-defaults"] : []),
    ...(settings.json?.allowUnknownFields ? ["-allow-unknown-fields"] : []),
    ...(messages.length > 0 ? ["-d", messages.map(({ text }) => text).join("\n")] : []),
    ...target(request.address, isTls),
    request.method,
  ];
  return { command: words.map(quote).join(" "), lost: lostOf(request) };
}
