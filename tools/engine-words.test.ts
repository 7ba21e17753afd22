import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const engine = join(import.meta.dirname, '../packages/server/src/engine');

/** Words that name a part of an HTTP request, or a field of an error. */
const WORDS_OF_HTTP =
  /['"`](?:path|query)\.[\w${]|['"`]body(?:['"`]|[.[])|\binvalidField\b|\bErrorDetail\b|\bdetails: \[|\b(?:\w+F|f)ield: string\b/;

test('the engine names parts of its own input, and no field of a request', () => {
  const files = globSync('**/*.ts', { cwd: engine }).filter((path) => !path.endsWith('.test.ts'));
  assert.ok(files.includes('engine.ts'), 'the files were read');
  const found = files.flatMap((path) => {
    const lines = readFileSync(join(engine, path), 'utf8').split('\n');
    return lines.flatMap((line, index) =>
      WORDS_OF_HTTP.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
    );
  });
  assert.deepEqual(found, []);
});

for (const line of [
  "invalidInput(['x'], 'path.id');",
  "throw invalidField(field, 'is wrong');",
  "const field = 'body';",
  'const field = `body.rows[${index}]`;',
  "order(table, 'query.sort')",
  '  readonly columnField: string;',
  '  readonly field: string;',
  "  details: [{ field: 'x', message }],",
  '`path.${name}`',
]) {
  test(`the rule finds ${line}`, () => assert.match(line, WORDS_OF_HTTP));
}

for (const line of [
  "import { join } from 'node:path';",
  'const { path } = input;',
  "['key']",
  'This body of a trigger is a query.',
]) {
  test(`the rule allows ${line}`, () => assert.doesNotMatch(line, WORDS_OF_HTTP));
}
