/** From this depth on a value is written on one line: a column, a foreign key or an index is a line of its own. */
const ONE_LINE_DEPTH = 4;

const INDENTS = ['', '  ', '    ', '      ', '        '] as const;

/**
 * Writes JSON for people and for `diff`: broken into lines down to the single parts of a table, two spaces a level.
 * JSON.stringify() with an indent breaks those too, which makes the text half as long again and no easier to read.
 * The names of members are the format's own, which need no escapes.
 */
export function layOutJson(value: unknown, depth = 0): string {
  if (depth >= ONE_LINE_DEPTH || typeof value !== 'object' || value === null) return JSON.stringify(value);
  const lines: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) lines.push(layOutJson(item, depth + 1));
    return enclose('[', lines, ']', depth);
  }
  for (const [name, item] of Object.entries(value)) lines.push(`"${name}": ${layOutJson(item, depth + 1)}`);
  return enclose('{', lines, '}', depth);
}

function enclose(open: string, lines: readonly string[], close: string, depth: number): string {
  if (lines.length === 0) return open + close;
  const indent = INDENTS[depth + 1] ?? '';
  return `${open}\n${indent}${lines.join(`,\n${indent}`)}\n${INDENTS[depth] ?? ''}${close}`;
}
