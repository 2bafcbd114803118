import type { ConnectionParams, Schema } from "grpcline-client";

import type { Request } from "./block";
import type { Retry, Settings } from "./directives";
import * as paths from "./paths";

/**
 * A schema is named as other schemas import it, so that an import of a file that
 * is given too means that file.
 */
function proto(settings: Settings): Record<string, Schema> {
  return Object.fromEntries(
    settings.proto.map((path) =>
      /^https?:\/\//.test(path)
        ? [/[^/]+$/.exec(path)?.[0] ?? path, { url: path }]
        : [paths.importName(path, settings.importPaths), { file: path }],
    ),
  );
}

/** A gRPC service config with the retry policy of a request: https://github.com/grpc/proposal/blob/master/A6-client-retries.md */
function serviceConfig({ times, statuses }: Retry): object {
  const retryPolicy = {
    maxAttempts: times + 1,
    initialBackoff: "0.2s",
    maxBackoff: "2s",
    backoffMultiplier: 2,
    retryableStatusCodes: statuses,
  };
  return { methodConfig: [{ name: [{}], retryPolicy }] };
}

/** The metadata of a request: a line of its own wins over `# @auth`. */
export function metadataOf({ metadata, settings }: Request): Record<string, string[]> {
  return settings.auth && !metadata.authorization ? { ...metadata, authorization: [settings.auth] } : metadata;
}

/** Connection params of a request that has an address. */
export function connectionParams(request: Request & { address: string }): ConnectionParams {
  const { settings } = request;
  const metadata = metadataOf(request);
  const { reflection, tls, json, compression, authority, importPaths, descriptorSet, retry, proxy } = settings;
  return {
    address: request.address,
    ...(reflection !== undefined && { reflection }),
    ...(tls && { tls }),
    ...(json && Object.keys(json).length > 0 && { json }),
    ...(compression !== undefined && { compression }),
    ...(authority !== undefined && { authority }),
    ...(proxy !== undefined && { proxy }),
    ...(retry && { serviceConfig: serviceConfig(retry) }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(settings.proto.length > 0 && { proto: proto(settings) }),
    ...(importPaths.length > 0 && { importPaths }),
    ...(descriptorSet !== undefined && { descriptorSet: { file: descriptorSet } }),
  };
}

/** Where a schema that the worker names is on disk. */
export function schemaPath(request: Request, name: string, exists: (path: string) => boolean): string | undefined {
  const { settings } = request;
  const given = proto(settings)[name];
  if (given !== undefined) {
    return typeof given === "object" && "file" in given ? given.file : undefined;
  }
  const folders = [...settings.importPaths, ...settings.proto.map(paths.folderOf)];
  return folders.map((folder) => paths.join(folder, name)).find(exists);
}
