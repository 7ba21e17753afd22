/** Whether a value at this depth is written on one line. */
export type OneLineRule = (value: object, depth: number) => boolean;

/**
 * Formats JSON for people and for `diff`: indented by two spaces, with line breaks except where `isOneLine` is true. JSON.stringify()
 * with an indent breaks every line, which makes the text half as long again and no easier to read.
 */
export function layOutJson(value: unknown, isOneLine: OneLineRule, depth = 0): string {
  if (typeof value !== 'object' || value === null || isOneLine(value, depth)) return JSON.stringify(value);
  const lines: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) lines.push(layOutJson(item, isOneLine, depth + 1));
    return enclose('[', lines, ']', depth);
  }
  for (const [name, item] of Object.entries(value)) {
    lines.push(`${JSON.stringify(name)}: ${layOutJson(item, isOneLine, depth + 1)}`);
  }
  return enclose('{', lines, '}', depth);
}

function enclose(open: string, lines: readonly string[], close: string, depth: number): string {
  if (lines.length === 0) return open + close;
  const indent = '  '.repeat(depth);
  return `${open}\n${indent}  ${lines.join(`,\n${indent}  `)}\n${indent}${close}`;
}
