import type { ReceivedMetadata } from "grpcline-client";

import { compact, lines } from "../json/format";
import type { Result } from "./result";

/** The longest message, in characters, that a stream shows on one line. */
const oneLine = 78;

/** The trailer that `details` shows decoded. */
const shownAsDetails = "grpc-status-details-bin";

function counts({ sent, received, ms }: Result): string[] {
  return [
    ...(sent === undefined ? [] : [`${sent} sent`, `${received ?? 0} received`]),
    ...(ms === undefined ? [] : [`${ms} ms`]),
  ];
}

/** Metadata under a title, sorted by name. */
function metadataLines(title: string, metadata: ReceivedMetadata = {}): string[] {
  const names = Object.keys(metadata).filter((name) => name !== shownAsDetails).sort();
  const values = names.flatMap((name) => metadata[name]!.map((value) => `  ${name}: ${value}`));
  return values.length > 0 ? [title, ...values] : [];
}

function detailLines(details: readonly unknown[] = []): string[] {
  const all = details.flatMap((detail) => lines(JSON.stringify(detail)).map((line) => `  ${line}`));
  return all.length > 0 ? ["details", ...all] : [];
}

/**
 * What a result looks like: state, headers and trailers above its messages.
 * clients/grpc-files/results has examples, which the Neovim plugin shares.
 */
export function render(result: Result): string {
  const numbers = counts(result);
  const first = [result.state, result.method, result.address, ...(numbers.length > 0 ? [numbers.join(", ")] : [])];
  const head = [
    first.join("  "),
    ...(result.message ?? "").split("\n").filter(Boolean),
    ...(result.notes ?? []),
    ...detailLines(result.details),
    ...metadataLines("headers", result.headers),
    ...metadataLines("trailers", result.trailers),
  ];
  return [...head, "", ...result.messages.flat()].join("\n");
}

/** The lines of a unary call's response. */
export function responseLines(message: unknown): string[] {
  return lines(JSON.stringify(message));
}

/** The lines of a stream's message: one, where it is short. */
export function messageLines(arrow: "→" | "←", json: string): string[] {
  const line = compact(json);
  if ([...line].length <= oneLine) return [`${arrow} ${line}`];
  const [first, ...rest] = lines(json);
  return [`${arrow} ${first}`, ...rest];
}
