import type { Version } from "./types";

/** The oldest worker that will do, and the protocol it must speak. */
export const oldestWorker = "0.1.0";
export const oldestProtocol = 1;

/** Tells whether one version comes before another, by their numbers. */
function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => (text.match(/\d+/g) ?? []).map(Number)) as [number[], number[]];
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return false;
}

/** Says why a worker will not do, by its answer to getVersion; undefined where it will. */
export function refusal(path: string, answer: Partial<Version>): string | undefined {
  if (answer.name !== "grpcline" || typeof answer.version !== "string") {
    return `${path} is not grpcline`;
  }
  if (isBefore(answer.version, oldestWorker)) {
    return `${path} is grpcline ${answer.version}, which is too old: this needs ${oldestWorker} or newer`;
  }
  if (!(Number(answer.protocol) >= oldestProtocol)) {
    return `${path} speaks protocol ${answer.protocol}, which is too old: this needs ${oldestProtocol}`;
  }
  return undefined;
}
