import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

import { renderSchemaExport } from '../../engine/sqlite/exports/schema/render-schema.ts';
import { readSchema } from '../../engine/sqlite/introspection/read-schema.ts';
import { drizzleFormat } from '../../schema/formats/drizzle.ts';
import { temporaryFolder } from '../system/temporary-folder.ts';
import { assertDrizzleReads, type DrizzleModule } from '../tools/drizzle-module.ts';
import { assertTypesAsMarked } from '../tools/type-check.ts';

/** Compiles and loads the modules of these databases, and compares Drizzle's view of each with SQLite's schema. */
export async function assertModules(
  databases: readonly DatabaseSync[],
  others: Readonly<Record<string, string>> = {},
): Promise<readonly DrizzleModule[]> {
  using folder = temporaryFolder();
  const texts = databases.map((database, position) => {
    return [`module-${position}.ts`, renderSchemaExport(database, drizzleFormat).text] as const;
  });
  assertTypesAsMarked(folder.path, { ...Object.fromEntries(texts), ...others });
  const modules: DrizzleModule[] = [];
  for (const [position, database] of databases.entries()) {
    const url = pathToFileURL(join(folder.path, `module-${position}.ts`)).href;
    const module = (await import(url)) as DrizzleModule;
    modules.push(module);
    assertDrizzleReads(module, readSchema(database));
  }
  return modules;
}
