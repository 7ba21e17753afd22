import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Tokenizer } from './tokenizer.ts';

const cases: readonly (readonly [text: string, tokens: readonly string[]])[] = [
  [
    '"a""b" \'c\'\'d\' `e``f` [g]]',
    ['quoted "a""b"', "string 'c''d'", 'quoted `e``f`', 'quoted [g]', 'punctuation ]'],
  ],
  ["x'53' X'' xy", ["string x'53'", "string X''", 'word xy']],
  [
    '1.5e+3 .5 0x1F 1e-2-3',
    ['number 1.5e+3', 'number .5', 'number 0x1F', 'number 1e-2', 'punctuation -', 'number 3'],
  ],
  ['a$1 é😀', ['word a$1', 'word é😀']],
  ['a--b\nc - -d', ['word a', 'line-comment --b', 'word c', 'punctuation -', 'punctuation -', 'word d']],
  ['/*/ a */b/*', ['block-comment /*/ a */', 'word b', 'block-comment /*']],
  ['/ * a', ['punctuation /', 'punctuation *', 'word a']],
  ['a\0b', ['word a']],
];

for (const [text, tokens] of cases) {
  test(`${JSON.stringify(text)} has the same tokens as in SQLite`, () => {
    const tokenizer = new Tokenizer(text);
    const read: string[] = [];
    while (tokenizer.next()) {
      if (tokenizer.kind !== 'space')
        read.push(`${tokenizer.kind} ${text.slice(tokenizer.start, tokenizer.end)}`);
    }
    assert.deepEqual(read, tokens);
  });
}
