import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isPlainSequence } from './plain-sequence.ts';

test('runs through alphabets, digits and keyboards are plain sequences', () => {
  const sequences = [
    '12345678',
    '01234567',
    '1234567890',
    '8901234567890123',
    '87654321',
    '0987654321',
    'abcdefgh',
    'ABCDefgh',
    'stuvwxyzab',
    'zyxwvuts',
    'qwertyui',
    'QwertyuiopAsdf',
    'poiuytrewq',
    'asdfghjkl',
    'zxcvbnmqwerty',
    'qwertzuiop',
    'azertyuiop',
    'йцукенгш',
    'абвгдежз',
    'αβγδεζηθ',
    '٠١٢٣٤٥٦٧',
    '一丁丂七丄丅丆万',
    '😀😁😂😃😄😅😆😇',
  ];
  for (const text of sequences) assert.equal(isPlainSequence(text), true, text);
});

test('other texts are not', () => {
  const others = ['12345679', '13579135', 'abcdefgz', 'qwertyuj', 'abcd1234', 'correct horse', '1234567 '];
  for (const text of others) assert.equal(isPlainSequence(text), false, text);
});
