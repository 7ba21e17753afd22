import { quoteIdentifier } from '../../identifier.ts';
import type { Column, ForeignKey, Index, IndexTerm, OrdinaryTable, Unique } from '../../model.ts';
import { rowidAliasIn } from '../../rowid-alias.ts';
import { stringLiteral } from '../shared/typescript-text.ts';
import { FreeNames } from '../shared/unique-names.ts';
import { isInlineKey, tableColumnCode } from './column-code.ts';
import type { Imports } from './imports.ts';
import type { NamedTable } from './names.ts';
import type { NamedReference } from './references.ts';

/** A table as a constant of the module. */
export function tableCode(
  imports: Imports,
  named: NamedTable,
  references: readonly NamedReference[],
): string {
  const { table, variable } = named;
  const columns = named.columns.map(
    ([key, column]) => `${key}: ${columnCode(imports, table, column, references)},`,
  );
  const parts = tableParts(imports, named, references);
  const head = `export const ${variable} = ${imports.core('sqliteTable')}(`;
  const name = stringLiteral(table.name);
  if (parts.length === 0) return `${head}${name}, {\n  ${columns.join('\n  ')}\n});\n`;
  // With an explicit type the compiler does not analyze the function, which in a cycle of tables depends on this one.
  const isCircular = references.some((reference) => !isInline(reference) && reference.isCircular);
  const type = isCircular ? `: ${imports.type('SQLiteTableExtraConfigValue')}[]` : '';
  return `${head}
  ${name},
  {
    ${columns.join('\n    ')}
  },
  (t)${type} => [
    ${parts.map((part) => `${part},`).join('\n    ')}
  ],
);
`;
}

function columnCode(
  imports: Imports,
  table: OrdinaryTable,
  column: Column,
  references: readonly NamedReference[],
): string {
  const inline = references.filter((each) => isInline(each) && each.child.columns[0] === column.name);
  const code = [
    tableColumnCode(imports, table, column),
    ...inline.map((reference) => inlineReference(imports, reference)),
  ];
  return code.join('');
}

/** Whether it is declared at its column, where it cannot have a name. */
function isInline({ foreignKey }: NamedReference): boolean {
  return foreignKey.name === null && foreignKey.columns.length === 1;
}

function inlineReference(
  imports: Imports,
  { foreignKey, target, targetKeys, isCircular }: NamedReference,
): string {
  const type = isCircular ? `: ${imports.type('AnySQLiteColumn')}` : '';
  const actions = actionsOf(foreignKey).map(([event, action]) => `${event}: ${action}`);
  const options = actions.length === 0 ? '' : `, { ${actions.join(', ')} }`;
  return `.references(()${type} => ${target.variable}.${targetKeys[0]}${options})`;
}

/** The actions that are not the default, in Drizzle's form. */
function actionsOf({
  onDelete,
  onUpdate,
}: ForeignKey): readonly (readonly [event: string, action: string])[] {
  const actions = [
    ['onDelete', onDelete],
    ['onUpdate', onUpdate],
  ] as const;
  return actions
    .filter(([, action]) => action !== 'NO ACTION')
    .map(([event, action]) => [event, stringLiteral(action.toLowerCase())]);
}

/** Indexes and constraints of the table. */
function tableParts(
  imports: Imports,
  named: NamedTable,
  references: readonly NamedReference[],
): readonly string[] {
  const { uniques, indexes } = named.table;
  return [
    ...primaryKeyPart(imports, named),
    ...uniques.filter(({ columns }) => columns.length > 1).map((each) => uniquePart(imports, named, each)),
    ...references.filter((each) => !isInline(each)).map((each) => foreignKeyPart(imports, named, each)),
    ...checkParts(imports, named),
    ...indexes.flatMap((each) => indexPart(imports, named, each)),
  ];
}

function primaryKeyPart(imports: Imports, named: NamedTable): readonly string[] {
  const { primaryKey, columns } = named.table;
  if (primaryKey === null || columns.some((column) => isInlineKey(named.table, column))) return [];
  const name = primaryKey.name === null ? '' : `name: ${stringLiteral(primaryKey.name)}, `;
  const members = memberList(
    named,
    primaryKey.columns.map((column) => column.name),
  );
  return [`${imports.core('primaryKey')}({ ${name}columns: [${members}] })`];
}

function uniquePart(imports: Imports, named: NamedTable, { name, columns }: Unique): string {
  const members = memberList(
    named,
    columns.map((column) => column.name),
  );
  return `${imports.core('unique')}(${name === null ? '' : stringLiteral(name)}).on(${members})`;
}

function foreignKeyPart(imports: Imports, named: NamedTable, reference: NamedReference): string {
  const { foreignKey, child, target, targetKeys } = reference;
  const name = foreignKey.name === null ? '' : `name: ${stringLiteral(foreignKey.name)}, `;
  const owner = target.table === named.table ? 't' : target.variable;
  const foreign = targetKeys.map((key) => `${owner}.${key}`).join(', ');
  const actions = actionsOf(foreignKey).map(([event, action]) => `.${event}(${action})`);
  const columns = `columns: [${memberList(named, child.columns)}]`;
  return `${imports.core('foreignKey')}({ ${name}${columns}, foreignColumns: [${foreign}] })${actions.join('')}`;
}

/** Each check needs a name that is unique in the table. */
function checkParts(imports: Imports, { table }: NamedTable): readonly string[] {
  const free = new FreeNames();
  return table.checks.map(({ name, expression }, position) => {
    const unique = free.take(name ?? `${table.name}_check_${position + 1}`);
    return `${imports.core('check')}(${stringLiteral(unique)}, ${imports.sql(expression)})`;
  });
}

function indexPart(imports: Imports, named: NamedTable, index: Index): readonly string[] {
  if (index.origin !== 'create') return [];
  const terms = index.columns.map((term) => indexTerm(imports, named, term)).filter((term) => term !== null);
  if (terms.length < index.columns.length) return [];
  const make = imports.core(index.unique ? 'uniqueIndex' : 'index');
  const where = index.where === null ? '' : `.where(${imports.sql(index.where)})`;
  return [`${make}(${stringLiteral(index.name)}).on(${terms.join(', ')})${where}`];
}

/** A non-default collation or sort order is written as SQL. Null for an expression that could not be parsed. */
function indexTerm(imports: Imports, { table, columns }: NamedTable, term: IndexTerm): string | null {
  const order = term.order === 'DESC' ? ' DESC' : '';
  if (term.kind === 'expression') {
    return term.expression === null ? null : imports.sql(term.expression + order);
  }
  const found = columns.find(([, column]) => {
    return term.kind === 'rowid' ? column === rowidAliasIn(table) : column.name === term.name;
  });
  if (found === undefined) return null;
  const [key, { collation: own }] = found;
  const collation = term.collation === own ? '' : ` COLLATE ${quoteIdentifier(term.collation)}`;
  return collation + order === '' ? `t.${key}` : imports.sql(collation + order, `t.${key}`);
}

function memberList({ key }: NamedTable, columns: readonly string[]): string {
  return columns.map((column) => `t.${key(column)}`).join(', ');
}
