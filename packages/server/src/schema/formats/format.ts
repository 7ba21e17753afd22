import type { Schema, StoredSchema } from '../model.ts';

/**
 * A way to write a schema down: the same schema gives the same text, byte for byte. `tier` says how much of the
 * schema it takes, so that a format pays for no more than it writes.
 */
export type SchemaFormat = FormatOf<'stored', StoredSchema> | FormatOf<'full', Schema>;

interface FormatOf<Tier extends string, Takes> {
  /** What a client calls it. */
  readonly name: string;
  readonly contentType: string;
  /** Of a file name, without the dot. */
  readonly extension: string;
  /** What it is for, as one sentence. */
  readonly purpose: string;
  /** What a schema can have that the format cannot say, each a short sentence without a full stop; empty for one that says all. */
  readonly losses: readonly string[];
  readonly tier: Tier;
  readonly render: (schema: Takes) => RenderedSchema;
}

export interface RenderedSchema {
  readonly text: string;
  /** What a reader of the text has to know, each a short sentence without a full stop. */
  readonly warnings: readonly string[];
}
