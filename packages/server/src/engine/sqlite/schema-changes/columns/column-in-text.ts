import { readCreateTable } from '../../../../schema/ddl/create-table.ts';
import { DdlSyntaxError } from '../../../../schema/ddl/statement-reader.ts';
import type { Clause, TableText } from '../../../../schema/ddl/table-text.ts';
import { mentionsName } from '../../../../schema/ddl/text/mentions-name.ts';
import { foldName } from '../../../../schema/identifier.ts';

/** The constraints of a CREATE TABLE that name only this column, at the column or after the columns. */
export function constraintsAloneOn(sql: string, column: string): readonly Clause[] {
  return (readText(sql)?.clauses ?? []).filter(
    ({ columns: [only, ...others] }) =>
      others.length === 0 && typeof only === 'string' && foldName(only) === foldName(column),
  );
}

/** Other parts of the text that use the column: generated columns, and constraints of other columns and of the table. */
export function usersInText(
  sql: string,
  column: string,
): readonly { readonly kind: string; readonly name: string }[] {
  const text = readText(sql);
  if (text === null) return [];
  const own = text.columns.findIndex(({ name }) => foldName(name) === foldName(column));
  return text.clauses.flatMap((clause) => {
    const words = sql.slice(clause.start, clause.end);
    if (clause.column === own || !mentionsName(words, column)) return [];
    if (clause.kind === 'check' || clause.kind === 'foreign_key') {
      return [{ kind: 'the constraint', name: words }];
    }
    const holder = clause.column === null ? undefined : text.columns[clause.column];
    if (clause.kind !== 'generated' || holder === undefined) return [];
    return [{ kind: 'the generated column', name: holder.name }];
  });
}

/** Null if the text cannot be parsed. */
function readText(sql: string): TableText | null {
  try {
    return readCreateTable(sql);
  } catch (error) {
    if (!(error instanceof DdlSyntaxError)) throw error;
    return null;
  }
}
