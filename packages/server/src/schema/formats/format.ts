import type { Schema, SchemaToLoad } from '../model.ts';

/**
 * A text format for schemas. The same schema always gives the same bytes. `tier` is the amount of detail that the format needs, so that
 * no more is read.
 */
export type SchemaFormat = FormatOf<'stored', SchemaToLoad> | FormatOf<'full', Schema>;

interface FormatOf<Tier extends string, Takes> {
  /** The name in requests. */
  readonly name: string;
  readonly contentType: string;
  /** The file name extension, without the dot. */
  readonly extension: string;
  /** The purpose, as one sentence. */
  readonly purpose: string;
  /** Parts of a schema that the format cannot express, each as a short sentence without a full stop. Empty for a lossless format. */
  readonly losses: readonly string[];
  readonly tier: Tier;
  readonly render: (schema: Takes) => RenderedSchema;
}

export interface RenderedSchema {
  readonly text: string;
  /** Warnings for readers of the text, each as a short sentence without a full stop. */
  readonly warnings: readonly string[];
}
