import { LongString } from "./decode";

/** The part of a message's JSON Schema that tells where bytes are. */
interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  /** The field in the proto file: `bytes body = 1`. */
  $comment?: string;
  contentEncoding?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
}

type Holder = Record<string | number, unknown>;

/** Makes Buffers of the base64 in messages of one type, as its schema tells where that is. */
export class Buffers {
  constructor(private readonly root: Schema) {}

  /** Makes Buffers in the message that a holder has under a name. */
  convert(holder: object, name: string | number): void {
    this.value(holder as Holder, name, this.root);
  }

  private value(holder: Holder, name: string | number, unresolved: Schema): void {
    const schema = this.resolved(unresolved);
    const value = holder[name];
    if (schema.contentEncoding === "base64") {
      if (value instanceof LongString) holder[name] = value.decoded();
      else if (typeof value === "string") holder[name] = Buffer.from(value, "base64");
    } else if (typeof value === "object" && value !== null) {
      for (const key in value) {
        const child = this.child(schema, key, Array.isArray(value));
        if (child) this.value(value as Holder, key, child);
      }
    }
  }

  private child(schema: Schema, key: string, isArray: boolean): Schema | undefined {
    if (isArray) return schema.items;
    const { properties, additionalProperties } = schema;
    if (properties) return properties[key] ?? this.byProtoName(properties, key);
    return typeof additionalProperties === "object" ? additionalProperties : undefined;
  }

  /** A field by the name that it has with `useProtoNames`. */
  private byProtoName(properties: Record<string, Schema>, name: string): Schema | undefined {
    return Object.values(properties).find(({ $comment = "" }) => $comment.includes(` ${name} = `));
  }

  private resolved(schema: Schema): Schema {
    const name = schema.$ref?.replace(/^#\/\$defs\//, "");
    return name === undefined ? schema : (this.root.$defs?.[name] ?? {});
  }
}
