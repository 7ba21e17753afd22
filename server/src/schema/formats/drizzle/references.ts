import { foldName } from '../../identifier.ts';
import type { ForeignKey } from '../../model.ts';
import type { ModuleNames, NamedTable } from './names.ts';

/** A foreign key to a table of the module. */
export interface Reference {
  readonly foreignKey: ForeignKey;
  readonly target: NamedTable;
  readonly targetKeys: readonly string[];
  /** Whether the way from the target leads back here, so that the compiler needs a type to begin with. */
  readonly isCircular: boolean;
}

/** The foreign keys of a table, without those that refer to what is not there. */
export function referencesOf({ table }: NamedTable, { tables }: ModuleNames): readonly Reference[] {
  return table.foreignKeys.flatMap((foreignKey) => {
    const target = tables.get(foldName(foreignKey.referencedTable));
    const targetKeys = foreignKey.referencedColumns?.map((column) => target?.key(column) ?? null) ?? [];
    const found = targetKeys.filter((key) => key !== null);
    if (target === undefined || found.length !== foreignKey.columns.length) return [];
    const isCircular = leadsTo(target, foldName(table.name), tables);
    return [{ foreignKey, target, targetKeys: found, isCircular }];
  });
}

function leadsTo(from: NamedTable, goal: string, tables: ModuleNames['tables']): boolean {
  const seen = new Set<string>();
  const waiting = [foldName(from.table.name)];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === goal) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    const foreignKeys = tables.get(name)?.table.foreignKeys ?? [];
    waiting.push(...foreignKeys.map(({ referencedTable }) => foldName(referencedTable)));
  }
  return false;
}
