import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';

import { Ajv2020 } from 'ajv/dist/2020.js';

import { renderSchemaExport } from '../../engine/sqlite/exports/schema/render-schema.ts';
import { jsonschemaFormat } from '../../schema/formats/jsonschema.ts';

/** The use of a row: in an answer, in an insert, or in an update. */
export type Form = 'row' | 'insert' | 'update';

/** The exported document in a real validator, which also validates it against the meta-schema. */
export class RowSchemas {
  readonly warnings: readonly string[];
  readonly #ajv: Ajv2020;
  readonly #document: Document;

  constructor(database: DatabaseSync, options: { readonly useDefaults?: boolean } = {}) {
    const { text, warnings } = renderSchemaExport(database, jsonschemaFormat);
    this.warnings = warnings;
    this.#document = JSON.parse(text) as Document;
    this.#ajv = new Ajv2020({ ...options, strict: true, allowUnionTypes: true, ownProperties: true });
    this.#ajv.addSchema(this.#document, 'schema');
  }

  has(table: string, form: 'insert' | 'update'): boolean {
    return this.#document.$defs[table]?.$defs?.[form] !== undefined;
  }

  required(table: string): readonly string[] {
    return this.#document.$defs[table]?.$defs?.insert?.required ?? [];
  }

  takes(table: string, form: Form, value: unknown): boolean {
    return this.#ajv.validate({ $ref: `schema${pointer(table, form)}` }, value);
  }

  assertTakesAll(table: string, rows: readonly unknown[]): void {
    const validate = this.#ajv.compile({ type: 'array', items: { $ref: `schema${pointer(table, 'row')}` } });
    assert.ok(validate(rows), `${table}: ${JSON.stringify(validate.errors)}`);
  }
}

interface Document {
  readonly $defs: Readonly<Record<string, TableSchema>>;
}

interface TableSchema {
  readonly $defs?: Readonly<Record<string, { readonly required?: readonly string[] }>>;
}

/** https://www.rfc-editor.org/rfc/rfc6901#section-6 */
function pointer(table: string, form: Form): string {
  const name = encodeURIComponent(table.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `#/$defs/${name}${form === 'row' ? '' : `/$defs/${form}`}`;
}
