import type { DatabaseSync } from 'node:sqlite';

import type { OpenDatabase } from '../../engine/sqlite/connection/open-database.ts';
import { renderSchemaExport } from '../../engine/sqlite/exports/schema/render-schema.ts';
import { typescriptFormat } from '../../schema/formats/typescript.ts';
import { apiColumns, readableNames } from '../http/api-rows.ts';
import { temporaryFolder } from '../system/temporary-folder.ts';
import { assertTypesAsMarked } from '../tools/type-check.ts';

export function assertSameColumns(databases: readonly OpenDatabase[]): void {
  const files = databases.flatMap((database, position) => [
    [`schema-${position}.ts`, typesOf(database)],
    [`columns-${position}.ts`, columnsOf(database, `./schema-${position}.ts`)],
  ]);
  assertTypes(Object.fromEntries(files));
}

export function typesOf(database: DatabaseSync): string {
  return renderSchemaExport(database, typescriptFormat).text;
}

export function assertTypes(files: Readonly<Record<string, string>>): void {
  using folder = temporaryFolder();
  assertTypesAsMarked(folder.path, files);
}

/** Type assertions that hold only if the keys are the columns of the API. */
function columnsOf(database: OpenDatabase, file: string): string {
  const names = readableNames(database);
  const same = names.flatMap((name) => {
    const columns = apiColumns(database, name);
    const type = `Database[${JSON.stringify(name)}]`;
    const row = `  Same<keyof ${type}['row'], ${union(columns.map((column) => column.name))}>,`;
    if (!isTable(database, name)) return [row];
    const written = columns.filter(({ generated }) => !generated).map((column) => column.name);
    return [
      row,
      `  Same<keyof ${type}['insert'], ${union(written)}>,`,
      `  Same<keyof ${type}['update'], ${union(written)}>,`,
    ];
  });
  return `import type { Database } from '${file}';
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type AllTrue<Facts extends readonly true[]> = Facts;
export type Checked = AllTrue<[
  Same<keyof Database, ${union(names)}>,
${same.join('\n')}
]>;
`;
}

function union(names: readonly string[]): string {
  return names.length === 0 ? 'never' : names.map((name) => JSON.stringify(name)).join(' | ');
}

function isTable(database: DatabaseSync, name: string): boolean {
  const sql = "SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = ? AND type = 'table'";
  return database.prepare(sql).get(name) !== undefined;
}
