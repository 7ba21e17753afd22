/**
 * An SQL expression that joins these expressions with `separator`; NULL becomes the empty text. Any number of expressions is possible,
 * although a function takes a limited number of arguments. https://www.sqlite.org/limits.html#max_function_arg
 */
export function concatenation(expressions: readonly string[], separator: string): string {
  const between = `'${separator.replaceAll("'", "''")}'`;
  const groups: string[] = [];
  for (let from = 0; from < expressions.length; from += GROUP) {
    const group = expressions.slice(from, from + GROUP);
    groups.push(`concat(${group.join(`, ${between}, `)})`);
  }
  return groups.join(` || ${between} || `);
}

const GROUP = 400;
