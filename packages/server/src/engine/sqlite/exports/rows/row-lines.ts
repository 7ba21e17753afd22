import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { queryRows } from '../../introspection/query-rows.ts';
import { explainingReads, isTooLarge } from '../../rows/read-errors.ts';
import type { RecordColumn } from '../../rows/record-table.ts';
import { orderByClause } from '../../rows/sort-order.ts';
import { parameterValue } from '../../values/bound-value.ts';
import type { SqliteValue } from '../../values/record-value.ts';
import type { RowSource } from './row-source.ts';

/** How SQLite formats a row as text. */
export interface LineFormat {
  /** An SQL expression for the text of a row. */
  readonly line: (columns: readonly RecordColumn[]) => string;
  /** The text between two rows. */
  readonly separator: string;
  /**
   * A slower expression that formats every value correctly, for a `line` that gets some values wrong. `isNeeded` says whether these
   * bytes may contain such a value.
   */
  readonly careful?: {
    readonly isNeeded: (bytes: Uint8Array) => boolean;
    readonly line: (columns: readonly RecordColumn[]) => string;
  };
}

/** The text of some rows, with separators between them and none at the ends. */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

/** The approximate size of a chunk, in bytes: large enough that the calls between JavaScript and SQLite cost little. */
const LINES_BYTES = 65_536;
const MAX_ROWS = 2_000;
const FIRST_ROWS = 64;

/** A chunk larger than this, in bytes, is read again with fewer rows. */
const LINES_MAX_BYTES = 16_777_216;

/**
 * Reads rows as text in chunks. The same rows always give the same chunks. Call it inside a transaction that lasts until the last
 * row is read.
 * @throws RowhouseError `conflict` if the rows cannot be read.
 */
export function readLines(
  database: DatabaseSync,
  source: RowSource,
  format: LineFormat,
): Generator<Lines, void> {
  return isInRowidOrder(source)
    ? readByRowid(database, source, format)
    : readOneByOne(database, source, format);
}

/** In this order, each chunk starts after the last rowid of the previous chunk. A virtual table may be slow to find a rowid. */
function isInRowidOrder({ table, order }: RowSource): boolean {
  return table.kind === 'table' && order.length === 1 && order[0]?.column === table.rowid;
}

/** SQLite concatenates the rows of a chunk, so that one value is passed to JavaScript for many rows. */
function* readByRowid(database: DatabaseSync, source: RowSource, format: LineFormat): Generator<Lines, void> {
  const pieces = new PieceReader(database, source, format);
  const descending = source.order[0]?.descending === true;
  let from: bigint | null = descending ? LAST_ROWID : FIRST_ROWID;
  let rows = FIRST_ROWS;
  let { offset, limit } = source;
  const collector = new Collector();
  while (from !== null && limit !== 0) {
    const requested = Math.min(rows, limit ?? rows);
    const piece: Piece | null = pieces.read({ from, rows: requested, offset });
    if (piece === null) {
      rows = Math.max(1, Math.floor(requested / 8));
      continue;
    }
    if (piece.rows === 0) return;
    yield piece;
    collector.release(piece);
    from = next(piece.lastRowid, descending);
    offset = 0;
    if (limit !== null) limit -= piece.rows;
    rows = Math.min(
      MAX_ROWS,
      rows * 4,
      Math.max(1, Math.floor((LINES_BYTES * piece.rows) / piece.bytes.byteLength)),
    );
  }
}

const FIRST_ROWID = -9_223_372_036_854_775_808n;
const LAST_ROWID = 9_223_372_036_854_775_807n;

function next(rowid: bigint, descending: boolean): bigint | null {
  if (rowid === (descending ? FIRST_ROWID : LAST_ROWID)) return null;
  return descending ? rowid - 1n : rowid + 1n;
}

interface Piece extends Lines {
  readonly lastRowid: bigint;
}

class PieceReader {
  readonly #database: DatabaseSync;
  readonly #source: RowSource;
  readonly #format: LineFormat;
  readonly #quick: StatementSync;
  readonly #toBytes: ToBytes;
  #careful: StatementSync | null = null;

  constructor(database: DatabaseSync, source: RowSource, format: LineFormat) {
    this.#database = database;
    this.#source = source;
    this.#format = format;
    this.#toBytes = toBytesOf(database);
    this.#quick = explainingReads(source.table, () => this.#prepare(format.line));
  }

  /** Null if the rows are too large together. */
  read(place: { readonly from: bigint; readonly rows: number; readonly offset: number }): Piece | null {
    const parameters = [
      ...this.#source.where.values.map(parameterValue),
      place.from,
      BigInt(place.rows),
      BigInt(place.offset),
    ];
    const { length: usualLength } = this.#database.limits;
    this.#database.limits.length = place.rows === 1 ? usualLength : LINES_MAX_BYTES;
    try {
      return explainingReads(this.#source.table, () => this.#get(parameters));
    } catch (error) {
      if (place.rows > 1 && error instanceof Error && isTooLarge(causeOf(error))) return null;
      throw error;
    } finally {
      this.#database.limits.length = usualLength;
    }
  }

  #get(parameters: readonly SqliteValue[]): Piece {
    const { careful } = this.#format;
    const piece = this.#run(this.#quick, parameters);
    if (careful === undefined || !careful.isNeeded(piece.bytes)) return piece;
    this.#careful ??= this.#prepare(careful.line);
    return this.#run(this.#careful, parameters);
  }

  #run(statement: StatementSync, parameters: readonly SqliteValue[]): Piece {
    // The declared type of a statement that returns arrays is objects.
    const [value, lastRowid, rows] = statement.get(...parameters) as unknown as readonly SqliteValue[];
    return {
      bytes: this.#toBytes.convert(value),
      lastRowid: BigInt(Number(rows) === 0 ? 0 : String(lastRowid)),
      rows: Number(rows),
    };
  }

  #prepare(line: LineFormat['line']): StatementSync {
    const { table, columns, where, order } = this.#source;
    const [term] = order;
    if (term === undefined) throw new Error('pieces are read by rowid');
    const { quoted: rowid } = term.column;
    const [comparison, last] = term.descending ? ['<=', 'min'] : ['>=', 'max'];
    const joined = this.#toBytes.expression(`group_concat(line, ${quoteText(this.#format.separator)})`);
    const statement = this.#database.prepare(
      `SELECT ${joined}, ${last}(key), count(*) FROM (SELECT ${rowid} AS key, ${line(columns)} AS line FROM ${table.quoted}
       WHERE ${where.sql} AND ${rowid} ${comparison} ?${orderByClause(order)} LIMIT ? OFFSET ?)`,
    );
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    return statement;
  }
}

function* readOneByOne(
  database: DatabaseSync,
  source: RowSource,
  format: LineFormat,
): Generator<Lines, void> {
  const { separator } = format;
  let lines: Uint8Array[] = [];
  let size = 0;
  const collector = new Collector();
  for (const line of readEachLine(database, source, format)) {
    lines.push(line);
    size += line.byteLength + separator.length;
    if (size < LINES_BYTES && lines.length < MAX_ROWS) continue;
    const bytes = join(lines, separator);
    yield { bytes, rows: lines.length };
    collector.release({ bytes });
    lines = [];
    size = 0;
  }
  if (lines.length > 0) yield { bytes: join(lines, separator), rows: lines.length };
}

/** Selects both expressions if there are two, because a row cannot be read again. */
function* readEachLine(
  database: DatabaseSync,
  { table, columns, where, order, limit, offset }: RowSource,
  { line, careful }: LineFormat,
): Generator<Uint8Array, void> {
  const toBytes = toBytesOf(database);
  const sql = `SELECT ${toBytes.expression((careful?.line ?? line)(columns))} FROM ${table.quoted}
    WHERE ${where.sql}${orderByClause(order)} LIMIT ? OFFSET ?`;
  const statement = explainingReads(table, () => database.prepare(sql));
  statement.setReturnArrays(true);
  statement.setReadBigInts(true);
  const rows = statement.iterate(
    ...where.values.map(parameterValue),
    BigInt(limit ?? -1),
    BigInt(offset),
  ) as Iterable<unknown>;
  const iterator = rows[Symbol.iterator]();
  for (;;) {
    const row = explainingReads(table, () => iterator.next());
    if (row.done === true) return;
    const [value] = row.value as readonly SqliteValue[];
    yield toBytes.convert(value);
  }
}

/**
 * Frees the memory of rows passed to JavaScript. It is outside V8's heap, so V8 would otherwise collect it late, after tens of
 * megabytes.
 */
class Collector {
  #bytes = 0;

  release({ bytes }: Pick<Lines, 'bytes'>): void {
    this.#bytes += bytes.byteLength;
    if (this.#bytes < COLLECTED_BYTES) return;
    this.#bytes = 0;
    globalThis.gc?.({ type: 'minor' });
  }
}

const COLLECTED_BYTES = 4_194_304;

interface ToBytes {
  readonly expression: (text: string) => string;
  readonly convert: (value: SqliteValue | undefined) => Uint8Array;
}

/** In a UTF-8 database the stored bytes are used as they are; otherwise SQLite converts the text. */
function toBytesOf(database: DatabaseSync): ToBytes {
  const [row] = queryRows<[string]>(database, 'PRAGMA main.encoding');
  return row?.[0] === 'UTF-8' ? AS_STORED : TRANSLATED;
}

const AS_STORED: ToBytes = {
  expression: (text) => `CAST(${text} AS BLOB)`,
  convert: (value) => (value instanceof Uint8Array ? value : NOTHING),
};

const TRANSLATED: ToBytes = {
  expression: (text) => text,
  convert: (value) => (typeof value === 'string' ? Buffer.from(value, 'utf8') : NOTHING),
};

const NOTHING = new Uint8Array();

function join(lines: readonly Uint8Array[], separator: string): Uint8Array {
  const between = Buffer.from(separator);
  return Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line] : [between, line])));
}

/** The `cause` of an error for clients is SQLite's own error. */
function causeOf(error: Error): Error {
  return error.cause instanceof Error ? error.cause : error;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
