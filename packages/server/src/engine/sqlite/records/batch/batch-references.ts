import { isRealNumber, realNumber, type RealNumber } from '../../../../core/real-number.ts';
import { invalidInput, within } from '../../../../core/subject-error.ts';
import { isTaggedValue, type TaggedValue, tagOf, type ValueFormat } from '../../../../core/tagged-value.ts';
import {
  type BatchKey,
  type BatchReference,
  type BatchResult,
  isBatchReference,
} from '../../../project-batches.ts';
import type { ClientRow, RecordFilter, RecordKey } from '../../../project-records.ts';

/** The results of earlier operations of a batch, for references to them. */
export class BatchReferences {
  /** In the form of the answer. A long result is parsed only if it is referenced. */
  readonly #answers: (() => unknown)[] = [];
  /** The total length of the text that references have inserted. */
  #given = 0;

  add(result: BatchResult): void {
    let answer: unknown;
    this.#answers.push(() => (answer ??= answerOf(result)));
  }

  /** @throws SubjectError `validation_failed` if the referenced value does not exist. */
  resolveRow(row: ClientRow): ClientRow {
    if (!Object.values(row).some(isBatchReference)) return row;
    return Object.fromEntries(
      Object.entries(row).map(([column, value]) => [column, within([column], () => this.#resolve(value))]),
    );
  }

  /** @throws SubjectError `validation_failed`. */
  resolveFilters(filters: readonly RecordFilter[]): readonly RecordFilter[] {
    return filters.map((filter, index) => within([index, 'value'], () => this.#resolveFilter(filter)));
  }

  #resolveFilter(filter: RecordFilter): RecordFilter {
    const { value } = filter;
    const resolved = Array.isArray(value)
      ? value.map((each, index) => within([index], () => this.#resolve(each)))
      : this.#resolve(value);
    return { ...filter, value: resolved };
  }

  /** @throws SubjectError `validation_failed`. */
  resolveKey({ whole, parts }: BatchKey, format: ValueFormat): RecordKey {
    if (!parts.some(isBatchReference))
      return { whole, parts: parts.filter((part) => typeof part === 'string') };
    const texts = parts.map((part, index) => {
      return isBatchReference(part) ? within(['parts', index], () => this.#keyText(part, format)) : part;
    });
    return { whole: texts.join(','), parts: texts };
  }

  #keyText(reference: BatchReference, format: ValueFormat): string {
    const value = this.#valueOf(reference);
    if (value === null) throw invalidInput([], `refers to ${reference.$ref}, which is null`);
    // A key without a tag may be a number, too.
    const exact = format === 'tagged' && typeof value === 'string' ? { $text: value } : value;
    return isTaggedValue(exact) ? JSON.stringify(exact) : String(exact.valueOf());
  }

  #resolve(value: unknown): unknown {
    return isBatchReference(value) ? this.#valueOf(value) : value;
  }

  #valueOf({ $ref }: BatchReference): string | number | RealNumber | TaggedValue | null {
    const [position, ...steps] = $ref.split('.');
    const value = steps.reduce(stepInto, this.#answers[Number(position)]?.());
    if (typeof value === 'string') return this.#bounded(value, value);
    if (isTaggedValue(value)) return this.#bounded(value, tagOf(value)[1]);
    if (value === null || typeof value === 'number' || isRealNumber(value)) return value;
    throw invalidInput([], `refers to ${$ref}, which is not a value returned by an earlier operation`);
  }

  #bounded<Value>(value: Value, text: string): Value {
    this.#given += text.length;
    if (this.#given <= GIVEN_MAX_LENGTH) return value;
    throw invalidInput([], `makes the values of references exceed ${GIVEN_MAX_LENGTH} characters in all`);
  }
}

/** The maximum text that references insert, in UTF-16 code units. Otherwise a short body could write text without limit. */
const GIVEN_MAX_LENGTH = 67_108_864;

function stepInto(value: unknown, step: string): unknown {
  if (typeof value !== 'object' || value === null || !isShown(value, step)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[step];
}

/** An array has an own property `length`, but JSON does not show it. */
function isShown(value: object, name: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(value, name);
}

function answerOf(result: BatchResult): unknown {
  switch (result.kind) {
    case 'get':
    case 'create':
    case 'update':
      return { table: result.result.table, row: parseRows(result.result.rowJson) };
    case 'createMany': {
      const { rowsJson, ...counts } = result.result;
      return { ...counts, rows: parseRows(rowsJson ?? '[]') };
    }
    case 'delete':
      return { table: result.result.table, id: result.key.whole };
    case 'updateMany':
    case 'deleteMany':
      return { table: result.result.table, affected_rows: result.result.affected };
  }
}

/** Parses rows as SQLite wrote them. A REAL keeps its type, so that a column without a type stores the same value. */
function parseRows(json: string): unknown {
  // A reviver costs 3 µs per value, so it is used only if an integral REAL may be in the text.
  if (!/\.0|e\+/.test(json)) return JSON.parse(json);
  return JSON.parse(json, (_name, value: unknown, { source = '' }) => {
    return Number.isSafeInteger(value) && source.includes('.') ? realNumber(Number(value)) : value;
  });
}

declare global {
  interface JSON {
    /** With the source text of each primitive value, which TypeScript does not declare yet. */
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}
