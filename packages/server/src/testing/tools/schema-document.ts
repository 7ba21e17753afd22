import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';

const SCHEMA = join(import.meta.dirname, '../../../../../docs/reference/rowhouse.schema.v1.json');

const validate = new Ajv2020({ strictTypes: false }).compile(
  JSON.parse(readFileSync(SCHEMA, 'utf8')) as object,
);

/** Validates a JSON export against the published JSON Schema. */
export function assertValidDocument(text: string): void {
  const valid = validate(JSON.parse(text));
  assert.ok(valid, JSON.stringify(validate.errors));
}
