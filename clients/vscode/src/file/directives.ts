import type { JsonOptions, TlsSettings } from "grpcline-client";

import { hint } from "../nearest";
import * as paths from "./paths";

/** What directives say of a request: `# @name value` lines. */
export interface Settings {
  /** Absolute paths or URLs. */
  proto: string[];
  importPaths: string[];
  descriptorSet?: string;
  reflection?: boolean;
  tls?: TlsSettings;
  json?: JsonOptions;
  compression?: string;
  authority?: string;
  timeoutMs?: number;
  keepOpen?: boolean;
  /** The value of `authorization`; "" is none. */
  auth?: string;
  retry?: Retry;
  /** The URL of a CONNECT proxy; "" is none. */
  proxy?: string;
}

export interface Retry {
  /** How many attempts may follow the first. */
  times: number;
  /** The names of the statuses that are worth another attempt. */
  statuses: string[];
}

/** Puts a directive's value into the settings, or returns a problem. */
type Reader = (settings: Settings, value: string, folder: string) => string | undefined | void;

const tlsPaths = ["certFile", "clientCertFile", "clientKeyFile", "clientP12File"] as const;
const tlsNames = [...tlsPaths, "clientP12Password", "serverName", "disableCertVerification"] as const;
const jsonNames = ["useProtoNames", "emitDefaults", "enumsAsNumbers", "int64AsNumbers", "allowUnknownFields"] as const;
const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}

/** Splits a value at spaces; "double quotes" keep theirs. */
function words(value: string): string[] {
  return (value.match(/(?:[^ \t"]|"[^"]*"?)+/g) ?? []).map((word) => word.replaceAll('"', ""));
}

/** Refuses an empty value. */
function needed(name: string, what: string, read: Reader): Reader {
  return (settings, value, folder) => (value === "" ? `# @${name} needs ${what}` : read(settings, value, folder));
}

const readTls: Reader = (settings, value, folder) => {
  const tls: TlsSettings = {};
  for (const word of words(value)) {
    const [, name = "", setting = ""] = /^([^=]*)=?(.*)$/s.exec(word) ?? [];
    if (!isOneOf(tlsNames, name)) return `there is no TLS setting "${name}"${hint(name, tlsNames)}`;
    if (name === "disableCertVerification") tls[name] = true;
    else if (setting === "") return `${name} needs a value: ${name}=…`;
    else tls[name] = isOneOf(tlsPaths, name) ? paths.join(folder, setting) : setting;
  }
  if (!tls.clientCertFile !== !tls.clientKeyFile) return "clientCertFile and clientKeyFile go together";
  settings.tls = tls;
};

const readJson: Reader = (settings, value) => {
  const json: JsonOptions = {};
  for (const word of words(value)) {
    if (!isOneOf(jsonNames, word)) return `there is no JSON option "${word}"${hint(word, jsonNames)}`;
    json[word] = true;
  }
  settings.json = json;
};

const readTimeout: Reader = (settings, value) => {
  const [, count, unit = ""] = /^(\d+)([A-Za-z]+)$/.exec(value) ?? [];
  const factor = units[unit];
  if (factor === undefined) return "a timeout is a whole number with ms, s, m or h, such as 5s";
  settings.timeoutMs = Number(count) * factor;
};

/** The names of gRPC's statuses from 1 on: https://grpc.io/docs/guides/status-codes/ */
const statusNames = [
  "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
  "DATA_LOSS", "UNAUTHENTICATED",
];

const readRetry: Reader = (settings, value) => {
  const [times = "", ...statuses] = words(value);
  if (!/^[1-4]$/.test(times)) return "a retry is a number of further attempts, 1 to 4, then names of statuses";
  const wrong = statuses.find((name) => !statusNames.includes(name));
  if (wrong !== undefined) return `there is no status "${wrong}"${hint(wrong, statusNames)}`;
  settings.retry = { times: Number(times), statuses: statuses.length > 0 ? statuses : ["UNAVAILABLE"] };
};

const readAuth: Reader = (settings, value) => {
  const [kind, ...rest] = words(value);
  if (kind === "none" && rest.length === 0) settings.auth = "";
  else if (kind === "bearer" && rest.length === 1) settings.auth = `Bearer ${rest[0]}`;
  else if (kind === "basic" && rest.length === 2) settings.auth = `Basic ${base64(rest.join(":"))}`;
  else return "# @auth is bearer TOKEN, basic USER PASSWORD, or none";
};

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

const readProxy: Reader = (settings, value) => {
  if (value !== "none" && !/^https?:\/\/./.test(value)) return "a proxy is an http:// or https:// URL, or none";
  settings.proxy = value === "none" ? "" : value;
};

const readReflection: Reader = (settings, value) => {
  if (value !== "true" && value !== "false") return "# @reflection is true or false";
  settings.reflection = value === "true";
};

const readers: Record<string, Reader> = {
  proto: needed("proto", "a path", (settings, value, folder) => {
    settings.proto.push(/^https?:\/\//.test(value) ? value : paths.join(folder, value));
  }),
  "import-path": needed("import-path", "a path", (settings, value, folder) => {
    settings.importPaths.push(paths.join(folder, value));
  }),
  "descriptor-set": needed("descriptor-set", "a path", (settings, value, folder) => {
    settings.descriptorSet = paths.join(folder, value);
  }),
  reflection: readReflection,
  tls: readTls,
  json: readJson,
  timeout: readTimeout,
  compression: needed("compression", "a name, such as gzip", (settings, value) => {
    settings.compression = value;
  }),
  authority: needed("authority", "a name", (settings, value) => {
    settings.authority = value;
  }),
  "keep-open": (settings) => {
    settings.keepOpen = true;
  },
  auth: readAuth,
  retry: readRetry,
  proxy: readProxy,
  name: () => {}, // names.ts reads it
};

/** The directives there are, sorted. */
export const names = Object.keys(readers).sort();

export function empty(): Settings {
  return { proto: [], importPaths: [] };
}

/**
 * Reads one directive into settings.
 * @param value with its variables expanded
 * @param folder where relative paths start
 * @returns a problem, or nothing
 */
export function read(settings: Settings, name: string, value: string, folder: string): string | undefined {
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!reader) return `there is no directive "${name}"${hint(name, names)}`;
  return reader(settings, value, folder) ?? undefined;
}

/** Whether a request's own directive adds to the file's and does not replace it. */
export function addsUp(name: string): boolean {
  return name === "proto" || name === "import-path";
}

/** Settings for a request: its own over those of the file; schemas add up. */
export function merge(file: Settings, own: Settings): Settings {
  return {
    ...file,
    ...own,
    proto: [...file.proto, ...own.proto],
    importPaths: [...file.importPaths, ...own.importPaths],
  };
}
