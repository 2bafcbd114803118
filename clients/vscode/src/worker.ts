import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * The worker to start: that of the settings, else the environment's GRPCLINE, else the
 * one inside the extension. It is empty where there is none of them, as in a clone;
 * then the PATH is searched.
 */
export function workerPath(setting: string, extension: string, env: NodeJS.ProcessEnv = process.env): string {
  const inside = join(extension, "bin", process.platform === "win32" ? "grpcline.exe" : "grpcline");
  return setting || env.GRPCLINE || (existsSync(inside) ? inside : "");
}
