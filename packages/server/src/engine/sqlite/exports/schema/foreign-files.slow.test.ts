import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { dbmlFormat } from '../../../../schema/formats/dbml.ts';
import { drizzleFormat } from '../../../../schema/formats/drizzle.ts';
import type { SchemaFormat } from '../../../../schema/formats/format.ts';
import { jsonFormat } from '../../../../schema/formats/json.ts';
import { mermaidFormat } from '../../../../schema/formats/mermaid.ts';
import { prismaFormat } from '../../../../schema/formats/prisma.ts';
import { schemaFormats } from '../../../../schema/formats/schema-formats.ts';
import { sqlFormat } from '../../../../schema/formats/sql.ts';
import { musicShopPath } from '../../../../testing/databases/music-shop.ts';
import { publicDatabases } from '../../../../testing/databases/public-databases.ts';
import { RowSchemas } from '../../../../testing/databases/row-schemas.ts';
import { foreignFileBytes } from '../../../../testing/foreign-files/foreign-file.ts';
import { foreignFiles } from '../../../../testing/foreign-files/foreign-files.ts';
import { startLoadingExports } from '../../../../testing/schema-exports/loaded-exports.ts';
import { assertSameColumns } from '../../../../testing/schema-exports/typescript-export.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';
import { readDbml } from '../../../../testing/tools/dbml.ts';
import { readErDiagram } from '../../../../testing/tools/mermaid.ts';
import { readPrismaSchema } from '../../../../testing/tools/prisma-schema.ts';
import { assertValidDocument } from '../../../../testing/tools/schema-document.ts';
import { runSqliteShell } from '../../../../testing/tools/sqlite-shell.ts';
import { assertTypesAsMarked } from '../../../../testing/tools/type-check.ts';
import { type OpenDatabase, openDatabase } from '../../connection/open-database.ts';
import { renderSchemaExport } from './render-schema.ts';

const folder = temporaryFolder();
/** By the name of the file. */
const databases = new Map<string, OpenDatabase>();

before(() => {
  const files = [
    ...foreignFiles.map((file) => [file.name, foreignFileBytes(file)] as const),
    ...[musicShopPath, ...publicDatabases].map((path) => [basename(path), readFileSync(path)] as const),
  ];
  for (const [index, [name, bytes]] of files.entries()) {
    const path = join(folder.path, `${index}.db`);
    writeFileSync(path, bytes);
    databases.set(name, openDatabase(path, { mode: 'read-only', doubleQuotedStrings: true }));
  }
});
after(() => {
  for (const database of databases.values()) database.close();
  folder[Symbol.dispose]();
});

/** Fails with every file for which the check fails. */
async function forEachFile(check: (database: OpenDatabase) => void | Promise<void>): Promise<void> {
  const failures: string[] = [];
  for (const [name, database] of databases) {
    try {
      await check(database);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  assert.deepEqual(failures, []);
}

function textOf(database: OpenDatabase, format: SchemaFormat): string {
  return renderSchemaExport(database, format).text;
}

describe('the schema of a file of another program', () => {
  test('has the same text each time in every format', async () => {
    await forEachFile((database) => {
      for (const format of schemaFormats) assert.equal(textOf(database, format), textOf(database, format));
    });
  });

  test('loads into the sqlite3 shell, or says what does not load', async () => {
    await forEachFile((database) => {
      const { text, warnings } = renderSchemaExport(database, sqlFormat);
      const isSaid = warnings.some((warning) => warning.startsWith('these objects load only'));
      assert.equal(isSaid, text.includes('-- The rest loads only'));
      if (!isSaid) runSqliteShell(':memory:', text);
    });
  });

  test('loads into PostgreSQL', async () => {
    await using postgres = await startLoadingExports();
    await forEachFile((database) => void postgres.load(database));
  });

  test('is a valid document, and is read by DBML, Mermaid and Prisma', async () => {
    await forEachFile(async (database) => {
      assertValidDocument(textOf(database, jsonFormat));
      readDbml(textOf(database, dbmlFormat));
      await readErDiagram(textOf(database, mermaidFormat));
      readPrismaSchema(textOf(database, prismaFormat));
      assert.ok(new RowSchemas(database));
    });
  });

  test('compiles in TypeScript, with the columns of the API, and for Drizzle', () => {
    assertSameColumns([...databases.values()]);
    const modules = [...databases.values()].map(
      (database, index) => [`module-${index}.ts`, textOf(database, drizzleFormat)] as const,
    );
    using types = temporaryFolder();
    assertTypesAsMarked(types.path, Object.fromEntries(modules));
  });
});
