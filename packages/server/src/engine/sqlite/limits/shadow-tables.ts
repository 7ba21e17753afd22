import { foldName } from '../../../schema/identifier.ts';
import { moduleOf } from '../tables/module-text.ts';

/**
 * The parts of the names of the shadow tables, `<virtual table>_<part>`, that a virtual table of each module may have. These modules read
 * only their shadow tables, and FTS4 and FTS5 the table that `nameReadBy` returns.
 * https://www.sqlite.org/vtab.html#the_xshadowname_method
 */
const PARTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['fts3', ['content', 'segments', 'segdir']],
  ['fts4', ['content', 'segments', 'segdir', 'docsize', 'stat']],
  ['fts5', ['data', 'idx', 'content', 'docsize', 'config']],
  ['rtree', ['node', 'rowid', 'parent']],
  ['rtree_i32', ['node', 'rowid', 'parent']],
  ['geopoly', ['node', 'rowid', 'parent']],
  // A vocabulary has none.
  ['fts5vocab', []],
  ['fts4aux', []],
]);

/** Returns the folded names of a virtual table's shadow tables; null for a module that may read any table, such as `dbstat`. */
export function shadowTablesOf(virtualTable: {
  readonly name: string;
  readonly sql: string;
}): readonly string[] | null {
  const parts = PARTS.get(moduleOf(virtualTable));
  return parts?.map((part) => `${foldName(virtualTable.name)}_${part}`) ?? null;
}
