import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';

import { renderSchemaExport } from '../../engine/sqlite/exports/schema/render-schema.ts';
import { readSchema } from '../../engine/sqlite/introspection/read-schema.ts';
import { mermaidFormat } from '../../schema/formats/mermaid.ts';
import { foldName } from '../../schema/identifier.ts';
import type { OrdinaryTable } from '../../schema/model.ts';
import { type ErDiagram, readErDiagram } from '../tools/mermaid.ts';

export function read(database: DatabaseSync): Promise<ErDiagram> {
  const { text } = renderSchemaExport(database, mermaidFormat);
  assert.equal(text, renderSchemaExport(database, mermaidFormat).text);
  return readErDiagram(text);
}

export async function assertSays(database: DatabaseSync): Promise<void> {
  const tables = readSchema(database).tables.filter((table) => table.kind === 'table');
  const { entities, relationships } = await read(database);
  assert.deepEqual(
    entities.map(({ name, alias }) => alias || name),
    tables.map(({ name }) => shown(name) || '(unnamed)'),
  );
  assert.equal(new Set(entities.map(({ name }) => name.toLowerCase())).size, entities.length);
  for (const [position, table] of tables.entries()) {
    assert.deepEqual(
      entities[position]?.attributes.map(({ name, keys, comment }) => ({
        name: comment.replace(/(?:^|, )generated$/, '') || name,
        isPrimaryKey: keys.includes('PK'),
        isForeignKey: keys.includes('FK'),
      })),
      table.columns.map(({ name, primaryKeyPosition }) => ({
        // A name without letters is shown as its position.
        name:
          shown(name) ||
          (entities[position]?.attributes[table.columns.findIndex((each) => each.name === name)]?.name ?? ''),
        isPrimaryKey: primaryKeyPosition !== null,
        isForeignKey: table.foreignKeys.some(({ columns }) =>
          columns.some((column) => foldName(column) === foldName(name)),
        ),
      })),
    );
  }
  const names = new Map(entities.map(({ name, alias }, position) => [name, tables[position]?.name ?? alias]));
  assert.deepEqual(
    relationships.map(({ from, to, label }) => [names.get(from), names.get(to), label]),
    tables.flatMap((table) => linesOf(table, tables)),
  );
}

/** Mermaid has no line breaks in a name. */
function shown(name: string): string {
  return name.replaceAll(/[\s\p{C}]+/gu, ' ').trim();
}

function linesOf(child: OrdinaryTable, tables: readonly OrdinaryTable[]): readonly (readonly string[])[] {
  return child.foreignKeys.flatMap(({ columns, referencedTable, referencedColumns }) => {
    const parent = tables.find(({ name }) => foldName(name) === foldName(referencedTable));
    const isThere = referencedColumns?.every((column) => columnIn(parent, column) !== undefined) ?? false;
    const label = columns.map((column) => columnIn(child, column)).join(', ');
    return parent !== undefined && isThere ? [[parent.name, child.name, shown(label) || '(unnamed)']] : [];
  });
}

function columnIn(table: OrdinaryTable | undefined, name: string): string | undefined {
  return table?.columns.find((column) => foldName(column.name) === foldName(name))?.name;
}
