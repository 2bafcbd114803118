/** The part of JSON Schema that the worker uses for messages. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  description?: string;
  /** The field in the proto file: `string name = 1`. */
  $comment?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  deprecated?: boolean;
}

export interface Field {
  name: string;
  /** Such as `string`, `repeated pkg.Type` or `map of integer`. */
  type: string;
  /** The comment of the proto file. */
  doc: string;
  schema: Schema;
}

type Path = readonly (string | number)[];

function resolve(root: Schema, schema: Schema): Schema {
  const name = schema.$ref?.replace(/^#\/\$defs\//, "");
  return name === undefined ? schema : (root.$defs?.[name] ?? {});
}

/** Finds the schema at a path. */
function find(root: Schema, path: Path): Schema {
  let node = resolve(root, root);
  for (const step of path) {
    const child = step === 0 ? node.items : (node.properties?.[step] ?? node.additionalProperties);
    node = typeof child === "object" ? resolve(root, child) : {};
  }
  return node;
}

function typeName(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.replace(/^.*\//, "");
  if (schema.items) return `repeated ${typeName(schema.items)}`;
  if (typeof schema.additionalProperties === "object") return `map of ${typeName(schema.additionalProperties)}`;
  return [schema.type ?? "any"].flat().join(" or ");
}

/** One field in the message that it is of. */
export interface FieldPlace {
  /** Such as `pkg.Type`; "" where the schema has no name for it. */
  message: string;
  /** `string name = 1` */
  declaration: string;
  doc: string;
  deprecated: boolean;
}

/** Finds the field that an object at a path has under a name. */
export function fieldAt(root: Schema, path: Path, name: string): FieldPlace | undefined {
  const message = find(root, path);
  const field = message.properties?.[name];
  if (!field) return undefined;
  const named = Object.entries(root.$defs ?? {}).find(([, schema]) => schema === message);
  return {
    message: named?.[0] ?? "",
    declaration: `${field.items ? "repeated " : ""}${field.$comment ?? `${typeName(field.items ?? field)} ${name}`}`,
    doc: field.description ?? resolve(root, field).description ?? "",
    deprecated: field.deprecated ?? false,
  };
}

/** The fields that an object at a path can have, in the order of the proto file. */
export function fieldsAt(root: Schema, path: Path): Field[] {
  return Object.entries(find(root, path).properties ?? {}).map(([name, schema]) => ({
    name,
    type: typeName(schema),
    doc: schema.description ?? resolve(root, schema).description ?? "",
    schema: resolve(root, schema),
  }));
}

/** The values that are known for a path: of an enum or a boolean. */
export function valuesAt(root: Schema, path: Path): unknown[] {
  const node = find(root, path);
  return [
    ...(node.type === "boolean" ? [true, false] : []),
    ...(node.enum ?? []),
    ...(node.anyOf ?? []).flatMap((branch) => branch.enum ?? []),
  ];
}
