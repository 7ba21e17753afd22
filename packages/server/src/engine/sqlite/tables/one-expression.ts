import { Tokenizer } from '../../../schema/ddl/tokenizer.ts';

/**
 * Returns whether a client's text stays inside the parentheses that the service puts around it: it does not close them, end the
 * statement, or hide the rest of it in a comment.
 */
export function isOneExpression(expression: string): boolean {
  const tokenizer = new Tokenizer(expression);
  let depth = 0;
  while (tokenizer.next()) {
    const { kind, open, start, end } = tokenizer;
    if (open || kind === 'line-comment' || kind === 'block-comment') return false;
    const mark = kind === 'punctuation' ? expression.slice(start, end) : '';
    if (mark === '(') depth += 1;
    else if (mark === ')') depth -= 1;
    if (depth < 0 || mark === ';') return false;
  }
  // For SQLite a NUL ends the statement.
  return depth === 0 && tokenizer.end >= expression.length && !expression.includes('\0');
}
