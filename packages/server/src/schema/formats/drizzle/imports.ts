import { compareNames } from '../../identifier.ts';
import { templateText } from '../shared/typescript-text.ts';

/** The names that a module imports from drizzle-orm. Each is added where it is used, so that there are no unused imports. */
export class Imports {
  readonly #core = new Set<string>();
  readonly #types = new Set<string>();
  #usesSql = false;

  /** A function of `drizzle-orm/sqlite-core`. */
  core(name: string): string {
    this.#core.add(name);
    return name;
  }

  type(name: string): string {
    this.#types.add(name);
    return name;
  }

  /** A template of literal SQL, with the column's code before it if there is one. */
  sql(text: string, column: string | null = null): string {
    this.#usesSql = true;
    return `sql\`${column === null ? '' : `\${${column}}`}${templateText(text)}\``;
  }

  /** The builder of columns for values of any type, which Drizzle lacks. */
  anyValue(): string {
    this.core('customType');
    return ANY_VALUE;
  }

  /** The beginning of the module. */
  toString(): string {
    const names = [...[...this.#types].map((name) => `type ${name}`), ...this.#core].toSorted(byName);
    const core = `import {\n${names.map((name) => `  ${name},\n`).join('')}} from 'drizzle-orm/sqlite-core';\n`;
    return [
      ...(this.#usesSql ? ["import { sql } from 'drizzle-orm';\n"] : []),
      ...(names.length > 0 ? [core] : ['export {};\n']),
      ...(this.#core.has('customType') ? [ANY_VALUE_DEFINITION] : []),
    ].join('');
  }
}

const ANY_VALUE = 'anyValue';

const ANY_VALUE_DEFINITION = `
/** A column without a type, which keeps every value as it is. */
const ${ANY_VALUE} = customType<{ data: string | number | bigint | Uint8Array }>({ dataType: () => '' });
`;

/** Every name that the beginning may declare. */
export const IMPORTED_NAMES: readonly string[] = [
  'sql',
  'check',
  'customType',
  'foreignKey',
  'index',
  'primaryKey',
  'sqliteTable',
  'sqliteView',
  'unique',
  'uniqueIndex',
  'blob',
  'integer',
  'numeric',
  'real',
  'text',
  ANY_VALUE,
];

function byName(a: string, b: string): number {
  return compareNames(a.replace('type ', ''), b.replace('type ', ''));
}
