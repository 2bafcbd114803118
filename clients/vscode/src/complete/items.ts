import type { Request } from "../file/block";
import { names as directiveNames } from "../file/directives";
import type { Spot } from "../json/spot";
import type { Context } from "./context";
import { fieldsAt, type Schema, valuesAt } from "./schema";
import type { Servers } from "./server";

/** One thing that can be completed. */
export interface Item {
  label: string;
  kind: "directive" | "service" | "method" | "field" | "value";
  /** What is put in place of the prefix. */
  insert: string;
  detail: string;
  doc: string;
  deprecated: boolean;
}

function item(kind: Item["kind"], label: string, insert: string, detail: string, doc = "", deprecated = false): Item {
  return { kind, label, insert, detail, doc, deprecated };
}

/**
 * The text of a JSON string whose opening quote may be typed and whose closing
 * quote may follow the cursor.
 */
function quoted(name: string, spot: Spot, after: string, rest: string): string {
  if (!spot.quoted) return `"${name}"${rest}`;
  return after.startsWith('"') ? name : `${name}"${rest}`;
}

function fieldItems(schema: Schema, spot: Spot, after: string): Item[] {
  return fieldsAt(schema, spot.path)
    .filter(({ name }) => !spot.used.includes(name))
    .map(({ name, type, doc, schema: { deprecated } }) =>
      item("field", name, quoted(name, spot, after, ": "), type, doc, deprecated),
    );
}

function valueItems(schema: Schema, spot: Spot, after: string): Item[] {
  return valuesAt(schema, spot.path).flatMap((value) => {
    if (typeof value === "string") return [item("value", value, quoted(value, spot, after, ""), "enum")];
    return spot.quoted ? [] : [item("value", JSON.stringify(value), JSON.stringify(value), "boolean")];
  });
}

/**
 * Makes the items that fit a context.
 * @param request the request at the cursor; directives need none
 * @param after the line's text after the cursor
 */
export async function itemsFor(
  servers: Servers,
  request: Request | undefined,
  context: Context,
  after: string,
): Promise<Item[]> {
  if (context.kind === "directive") return directiveNames.map((name) => item("directive", name, name, "directive"));
  if (!request) return [];
  if (context.kind === "service") {
    const services = await servers.services(request);
    return services.map((name) => item("service", name, `${name}/`, "service"));
  }
  if (context.kind === "method") {
    const methods = await servers.methods(request, context.service);
    return methods.map(({ name, kind, requestType, responseType }) =>
      item("method", name, name, `${kind}: ${requestType} → ${responseType}`),
    );
  }
  if (request.method === undefined) return [];
  const { requestSchema } = await servers.method(request, request.method);
  const make = context.kind === "field" ? fieldItems : valueItems;
  return make(requestSchema as Schema, context, after);
}
