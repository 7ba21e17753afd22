import { invalidField } from '../../../../core/errors.ts';
import {
  type BatchKey,
  type BatchReference,
  type BatchResult,
  isBatchReference,
} from '../../../project-batches.ts';
import type { ClientRow, RecordFilter, RecordKey } from '../../../project-records.ts';

/** What earlier operations of a batch gave, for those that refer to it. */
export class BatchReferences {
  /** As the answer shows each; a long one is read only where something refers to it. */
  readonly #answers: (() => unknown)[] = [];
  /** The length of all text that references have given so far. */
  #given = 0;

  add(result: BatchResult): void {
    let answer: unknown;
    this.#answers.push(() => (answer ??= answerOf(result)));
  }

  /** @throws RowhouseError `validation_failed` where there is no such value. */
  resolveRow(row: ClientRow, field: string): ClientRow {
    if (!Object.values(row).some(isBatchReference)) return row;
    return Object.fromEntries(
      Object.entries(row).map(([column, value]) => [column, this.#resolve(value, `${field}.${column}`)]),
    );
  }

  /** @throws RowhouseError `validation_failed`. */
  resolveFilter(filter: RecordFilter): RecordFilter {
    const { value, valueField } = filter;
    const resolved = Array.isArray(value)
      ? value.map((each, index) => this.#resolve(each, `${valueField}[${index}]`))
      : this.#resolve(value, valueField);
    return { ...filter, value: resolved };
  }

  /** @throws RowhouseError `validation_failed`. */
  resolveKey({ whole, parts }: BatchKey): RecordKey {
    if (!parts.some(isBatchReference))
      return { whole, parts: parts.filter((part) => typeof part === 'string') };
    const texts = parts.map((part) => (isBatchReference(part) ? this.#keyText(part) : part));
    return { whole: texts.join(','), parts: texts };
  }

  #keyText(reference: BatchReference): string {
    const value = this.#valueOf(reference, 'path');
    if (value === null) throw invalidField('path', `refers to ${reference.$ref}, which is null`);
    return String(value);
  }

  #resolve(value: unknown, field: string): unknown {
    return isBatchReference(value) ? this.#valueOf(value, field) : value;
  }

  #valueOf({ $ref }: BatchReference, field: string): string | number | null {
    const [position, ...steps] = $ref.split('.');
    const value = steps.reduce(stepInto, this.#answers[Number(position)]?.());
    if (typeof value === 'string') return this.#bounded(value, field);
    if (value === null || typeof value === 'number') return value;
    throw invalidField(field, `refers to ${$ref}, which is not a value returned by an earlier operation`);
  }

  #bounded(text: string, field: string): string {
    this.#given += text.length;
    if (this.#given <= GIVEN_MAX_LENGTH) return text;
    throw invalidField(field, `makes the values of references exceed ${GIVEN_MAX_LENGTH} characters in all`);
  }
}

/** The most text that the references of a batch may give, in UTF-16 code units: a short body could else write without end. */
const GIVEN_MAX_LENGTH = 67_108_864;

function stepInto(value: unknown, step: string): unknown {
  if (typeof value !== 'object' || value === null || !isShown(value, step)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[step];
}

/** An array has its length as its own, too, but JSON does not show it. */
function isShown(value: object, name: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(value, name);
}

function answerOf(result: BatchResult): unknown {
  switch (result.kind) {
    case 'get':
    case 'create':
    case 'update':
      return { table: result.result.table, row: JSON.parse(result.result.rowJson) };
    case 'createMany': {
      const { rowsJson, ...counts } = result.result;
      return { ...counts, rows: JSON.parse(rowsJson ?? '[]') };
    }
    case 'delete':
      return { table: result.result.table, id: result.key.whole };
    case 'updateMany':
    case 'deleteMany':
      return { table: result.result.table, affected_rows: result.result.affected };
  }
}
