/** From this depth on a value is written on one line: a column, a foreign key or an index is a line of its own. */
const ONE_LINE_DEPTH = 4;

/**
 * Writes JSON for people and for `diff`: broken into lines down to the single parts of a table, two spaces a level.
 * JSON.stringify() with an indent breaks those too, which makes the text twice as long and no easier to read.
 */
export function layOutJson(value: unknown, depth = 0): string {
  if (depth >= ONE_LINE_DEPTH || typeof value !== 'object' || value === null) return JSON.stringify(value);
  const indent = '  '.repeat(depth + 1);
  const lines = Array.isArray(value)
    ? value.map((item) => layOutJson(item, depth + 1))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${layOutJson(item, depth + 1)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (lines.length === 0) return open + close;
  return `${open}\n${indent}${lines.join(`,\n${indent}`)}\n${'  '.repeat(depth)}${close}`;
}
