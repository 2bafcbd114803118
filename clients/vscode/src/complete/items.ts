import type { Request } from "../file/block";
import { names as directiveNames } from "../file/directives";
import type { Spot } from "../json/spot";
import type { Context } from "./context";
import { fieldsAt, type Schema, valuesAt } from "./schema";
import type { Servers } from "./server";

/** One thing that can be completed. */
export interface Item {
  label: string;
  kind: "directive" | "reference" | "service" | "method" | "field" | "value";
  /** What is put in place of the prefix. */
  insert: string;
  /** How many characters after the cursor it replaces too: a closing quote. */
  replacesAfter: number;
  detail: string;
  doc: string;
  deprecated: boolean;
}

function item(kind: Item["kind"], label: string, detail: string, more: Partial<Item> = {}): Item {
  return { kind, label, detail, insert: label, replacesAfter: 0, doc: "", deprecated: false, ...more };
}

/**
 * What is inserted for a JSON string whose opening quote may be typed, and whose
 * closing quote, of the user or the editor, may follow the cursor.
 * @param rest what comes after the string, unless it is there
 */
function quoted(name: string, spot: Spot, after: string, rest: string): Pick<Item, "insert" | "replacesAfter"> {
  if (!spot.quoted) return { insert: `"${name}"${rest}`, replacesAfter: 0 };
  if (/^"\s*:/.test(after)) return { insert: name, replacesAfter: 0 };
  return { insert: `${name}"${rest}`, replacesAfter: after.startsWith('"') ? 1 : 0 };
}

function fieldItems(schema: Schema, spot: Spot, after: string): Item[] {
  return fieldsAt(schema, spot.path)
    .filter(({ name }) => !spot.used.includes(name))
    .map(({ name, type, doc, schema: { deprecated } }) =>
      item("field", name, type, { ...quoted(name, spot, after, ": "), doc, deprecated: deprecated ?? false }),
    );
}

function valueItems(schema: Schema, spot: Spot, after: string): Item[] {
  return valuesAt(schema, spot.path).flatMap((value) => {
    if (typeof value === "string") return [item("value", value, "enum", quoted(value, spot, after, ""))];
    return spot.quoted ? [] : [item("value", JSON.stringify(value), "boolean")];
  });
}

/** What references can name. */
export interface Names {
  /** Variables of the file and of the environment. */
  variables: string[];
  /** Requests, by the names of their answers. */
  requests: string[];
}

function referenceItems({ variables, requests }: Names, after: string): Item[] {
  const end = /^[ \t]*\}\}/.test(after) ? "" : "}}";
  return [
    ...variables.map((name) => item("reference", name, "variable", { insert: name + end })),
    item("reference", "$env", "variable of the process's environment", { insert: "$env " }),
    ...requests.map((name) => item("reference", name, "answer of a request", { insert: `${name}.` })),
  ];
}

/**
 * Makes the items that fit a context.
 * @param request the request at the cursor; directives and references need none
 * @param after the line's text after the cursor
 */
export async function itemsFor(
  servers: Servers,
  names: Names,
  request: Request | undefined,
  context: Context,
  after: string,
): Promise<Item[]> {
  if (context.kind === "directive") return directiveNames.map((name) => item("directive", name, "directive"));
  if (context.kind === "reference") return referenceItems(names, after);
  if (!request) return [];
  if (context.kind === "service") {
    const services = await servers.services(request);
    return services.map((name) => item("service", name, "service", { insert: `${name}/` }));
  }
  if (context.kind === "method") {
    const methods = await servers.methods(request, context.service);
    return methods.map(({ name, kind, requestType, responseType }) =>
      item("method", name, `${kind}: ${requestType} → ${responseType}`),
    );
  }
  if (request.method === undefined) return [];
  const { requestSchema } = await servers.method(request, request.method);
  const make = context.kind === "field" ? fieldItems : valueItems;
  return make(requestSchema as Schema, context, after);
}
