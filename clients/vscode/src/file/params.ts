import type { ConnectionParams, Schema } from "grpcline-client";

import type { Request } from "./block";
import type { Settings } from "./directives";
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

/** Connection params of a request that has an address. */
export function connectionParams(request: Request & { address: string }): ConnectionParams {
  const { settings, metadata } = request;
  const { reflection, tls, json, compression, authority, importPaths, descriptorSet } = settings;
  return {
    address: request.address,
    ...(reflection !== undefined && { reflection }),
    ...(tls && { tls }),
    ...(json && Object.keys(json).length > 0 && { json }),
    ...(compression !== undefined && { compression }),
    ...(authority !== undefined && { authority }),
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
