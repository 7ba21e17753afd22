import type { DatabaseSync } from 'node:sqlite';

import { queryRows } from '../introspection/query-rows.ts';

/** How many instructions of each kind a program has. */
export interface ProgramCost {
  /** What looks at a value once, all calls of functions among it. */
  readonly steps: number;
  /** Values that are copied: into the keys of indexes, and those of IN lists. */
  readonly copies: number;
  /** What is open: the table, its indexes, IN lists. */
  readonly cursors: number;
  /** Calls that may give as much text as they take. */
  readonly texts: number;
  /** Those of them that may give up to ten times as much, as a format asks for. */
  readonly formats: number;
}

type Kind = keyof ProgramCost;

/**
 * What the program costs that SQLite compiles a statement to; null where that is not known. Only instructions that are listed here
 * are known: whatever else there is, or will be, may take any time or memory.
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

/** The fourth parameter of a call is the function, with how many arguments it takes: a negative number for any number. */
type Instruction = [address: number, opcode: string, p1: number, p2: number, p3: number, p4: string | null];

const CALLS: ReadonlySet<string> = new Set(['Function', 'PureFunc']);

const KINDS: ReadonlyMap<string, readonly Kind[]> = new Map([
  // What puts a row together, looks for its keys, and stores it; each at most once for a column, a key or a constant.
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
  // What looks at a value, and gives a number or one of the values.
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
  // Not trim() with two arguments: it looks for each character of the one at each place of the other.
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
