import type { Draw } from './draw.ts';
import { writeName } from './random-name.ts';
import { joinTokens } from './random-text.ts';

/** A deterministic expression on some columns, valid in a CHECK, a generated column and an index; never constant. */
export function randomExpression(draw: Draw, columns: readonly string[], depth = 0): string {
  const column = (): string => writeName(draw, draw.pick(columns));
  const inner = (): string => (depth > 1 ? column() : randomExpression(draw, columns, depth + 1));
  const shapes: readonly (() => readonly string[])[] = [
    () => [column(), 'IS', 'NOT', 'NULL'],
    () => [column(), '>', draw.pick(LITERALS)],
    () => ['(', inner(), ')', '+', '(', inner(), ')'],
    () => ['CASE', 'WHEN', column(), 'THEN', draw.pick(LITERALS), 'ELSE', column(), 'END'],
    () => ['coalesce', '(', column(), ',', draw.pick(LITERALS), ',', inner(), ')'],
    () => [column(), 'IN', '(', draw.pick(LITERALS), ',', draw.pick(LITERALS), ')'],
    () => ['CAST', '(', column(), 'AS', 'VARCHAR', '(', '10', ')', ')'],
    () => [column(), 'COLLATE', draw.pick(['NOCASE', 'rtrim', '"BINARY"']), '||', draw.pick(LITERALS)],
    () => [column(), 'BETWEEN', draw.pick(LITERALS), 'AND', draw.pick(LITERALS)],
    () => ['NOT', '(', column(), 'LIKE', "'a%;b'", ')'],
    () => [column(), '->>', "'$.a'"],
  ];
  return joinTokens(draw, draw.pick(shapes)());
}

export const LITERALS: readonly string[] = [
  '1',
  '-1',
  '0x1F',
  '1.5e+3',
  '.5',
  "'text'",
  "'it''s, (open'",
  "'-- no'",
  "x'53'",
  'NULL',
  "'new\nline'",
];
