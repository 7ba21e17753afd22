import type { Draw } from './draw.ts';
import { writeName } from './random-name.ts';
import { joinTokens, keyword } from './random-text.ts';

export type TriggerTarget =
  | { readonly kind: 'view'; readonly name: string }
  | { readonly kind: 'table'; readonly name: string; readonly columns: readonly string[] };

export function randomTrigger(draw: Draw, name: string, target: TriggerTarget): string {
  const tokens = ['CREATE TRIGGER', writeName(draw, name)];
  if (target.kind === 'view') tokens.push('INSTEAD', 'OF');
  else tokens.push(...draw.pick([[], ['BEFORE'], ['AFTER']]).map((word) => keyword(draw, word)));
  const event = draw.pick(['INSERT', 'UPDATE', 'DELETE']);
  tokens.push(keyword(draw, event));
  if (event === 'UPDATE' && target.kind === 'table' && draw.once(2)) {
    const columns = draw.choose(target.columns, 3).map((column) => writeName(draw, column));
    tokens.push('OF', columns.join(' , '));
  }
  tokens.push('ON', writeName(draw, target.name));
  if (draw.once(3)) tokens.push('FOR', 'EACH', 'ROW');
  if (draw.once(3))
    tokens.push('WHEN', draw.pick(['1', '(SELECT 1)', "'BEGIN' = 'x'", 'CASE WHEN 1 THEN 2 END']));
  tokens.push('BEGIN', ...draw.some(1, 3, () => draw.pick(STEPS)).flatMap((step) => [step, ';']), 'END');
  return joinTokens(draw, tokens);
}

const STEPS = [
  'SELECT 1',
  'SELECT CASE WHEN 1 THEN 2 END',
  "SELECT raise(ABORT, 'no; END;')",
  'DELETE FROM plain WHERE 0',
  'INSERT INTO plain VALUES (1)',
  "UPDATE \"Order Details\" SET x = 'a''b' WHERE 1 -- note\n",
  'SELECT 1 AS "END" /* END; */',
];
