import { includesName, foldName } from '../../identifier.ts';
import type { ForeignKey, Generated, OrdinaryTable } from '../../model.ts';
import type { RowColumn } from './row-objects.ts';

/** Everything about a column except its type, each as a sentence without a full stop. */
export function columnFacts({ column, name }: RowColumn, table: OrdinaryTable | null): readonly string[] {
  if (table === null || column === null) return [];
  const { generated, primaryKeyPosition } = column;
  return [
    ...(primaryKeyPosition === null ? [] : ['Primary key']),
    ...table.foreignKeys
      .filter(({ columns }) => includesName(columns, name))
      .map((each) => reference(each, name)),
    ...(generated === null ? [] : [generatedFact(generated)]),
  ];
}

export function defaultFacts({ column }: RowColumn): readonly string[] {
  return column === null || column.default === null ? [] : [`Default: ${column.default}`];
}

function reference({ columns, referencedTable, referencedColumns }: ForeignKey, name: string): string {
  const position = columns.findIndex((column) => foldName(column) === foldName(name));
  const column = referencedColumns?.[position];
  return `References ${referencedTable}${column === undefined ? '' : `.${column}`}`;
}

function generatedFact({ kind, expression }: Generated): string {
  return `Generated (${kind})${expression === null ? '' : `: ${expression}`}`;
}
