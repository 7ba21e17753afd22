import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from '../../introspection/query-rows.ts';

/** The number of instructions of each kind in a program. */
export interface ProgramCost {
  /** Instructions that read a value once, including all function calls. */
  readonly steps: number;
  /** Instructions that copy a value, into the key of an index or an IN list. */
  readonly copies: number;
  /** Open tables, indexes and IN lists. */
  readonly cursors: number;
  /** Calls whose result may be as long as their arguments. */
  readonly texts: number;
  /** The calls with a format, whose result may be ten times as long as their arguments. */
  readonly formats: number;
}

type Kind = keyof ProgramCost;

/**
 * The cost of the program that SQLite compiles a statement to, or null if it is unknown. Only the listed instructions are known: any
 * other, also in a later version of SQLite, may take unbounded time or memory.
 * https://www.sqlite.org/opcode.html, https://www.sqlite.org/lang_explain.html
 */
export function programCost(database: DatabaseSync, sql: string): ProgramCost | null {
  const cost = { steps: 0, copies: 0, cursors: 0, texts: 0, formats: 0 };
  for (const [, opcode, , , , p4] of queryRows<Instruction>(database, `EXPLAIN ${sql}`)) {
    const kinds = KINDS.get(CALLS.has(opcode) ? (p4 ?? '') : opcode);
    if (kinds === undefined) return null;
    for (const kind of kinds) cost[kind] += 1;
  }
  return cost;
}

/** `p4` of a function call is the function with its number of arguments; a negative number stands for any. */
type Instruction = [address: number, opcode: string, p1: number, p2: number, p3: number, p4: string | null];

const CALLS: ReadonlySet<string> = new Set(['Function', 'PureFunc']);

const KINDS: ReadonlyMap<string, readonly Kind[]> = new Map([
  // Build a row, find its keys and store it; each at most once per column, key or constant.
  ...listed(
    [],
    `Init Transaction Goto Halt Noop Once BeginSubrtn Gosub Return Explain
     Null SoftNull Integer Int64 Real String8 String Blob Variable
     SCopy IntCopy Move AddImm MemMax MustBeInt CollSeq ResultRow
     Affinity RealAffinity TypeCheck HaltIfNull IsNull NotNull IfNullRow ZeroOrNull
     Column Rowid IdxRowid RowData NewRowid RowSetAdd RowSetRead
     Insert IdxInsert Delete IdxDelete NotExists NoConflict Found NotFound
     Rewind Next Last Prev SeekRowid DeferredSeek FinishSeek Close NullRow`,
  ),
  ...listed(['cursors'], 'OpenRead OpenWrite OpenEphemeral ReopenIdx'),
  ...listed(['copies'], 'MakeRecord Copy'),
  // Read a value and return a number or one of the values.
  ...listed(
    ['steps'],
    `Eq Ne Lt Le Gt Ge ElseEq Jump Compare Permutation
     And Or Not If IfNot IsTrue IsType
     Add Subtract Multiply Divide Remainder
     BitAnd BitOr BitNot ShiftLeft ShiftRight`,
  ),
  // https://www.sqlite.org/lang_corefunc.html, https://www.sqlite.org/lang_datefunc.html
  ...listed(
    ['steps'],
    `abs(1) json_valid(1) json_valid(2) length(1) octet_length(1) round(1) round(2) sign(1) typeof(1)
     current_date(0) current_time(0) current_timestamp(0)
     date(-1) datetime(-1) julianday(-1) time(-1) unixepoch(-1)`,
  ),
  // Not trim() with two arguments: it compares each character of one with each position of the other.
  ...listed(
    ['steps', 'texts'],
    `lower(1) ltrim(1) max(-3) min(-3) nullif(2) rtrim(1)
     substr(2) substr(3) substring(2) substring(3) trim(1) upper(1)`,
  ),
  ...listed(['steps', 'texts', 'formats'], 'strftime(-1)'),
]);

function listed(kinds: readonly Kind[], words: string): readonly (readonly [string, readonly Kind[]])[] {
  return words.split(/\s+/).map((word) => [word, kinds]);
}
