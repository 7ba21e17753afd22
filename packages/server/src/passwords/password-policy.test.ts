import assert from 'node:assert/strict';
import { test } from 'node:test';

import { passwordFault } from './password-policy.ts';

const words = [
  { what: 'the username', word: 'Zoë.Smith' },
  { what: 'the slug of the project', word: 'crm_2026' },
];

test('a password has 8 to 1,024 characters, counted as code points in NFC', () => {
  const fault = 'must have 8 to 1,024 characters';
  const cases: readonly (readonly [password: string, isAllowed: boolean])[] = [
    ['', false],
    ['mqxvkzw', false],
    ['mqxvkzwj', true],
    ['мой парол', true],
    // Eight code points of NFD are four characters.
    ['e\u{301}a\u{301}o\u{301}i\u{301}', false],
    // Four code points are eight of NFC.
    ['\u{958}\u{959}\u{95a}\u{95b}', true],
    ['😀😃😺🙀🤖👻💀', false],
    ['😀😃😺🙀🤖👻💀👽', true],
    ['ab'.repeat(512), true],
    [`${'ab'.repeat(512)}c`, false],
    // A vowel with three marks is one character.
    ['\u{3b1}\u{313}\u{300}\u{345}b'.repeat(512), true],
    ['😀😃'.repeat(512), true],
    ['😀😃'.repeat(100_000), false],
  ];
  for (const [password, isAllowed] of cases) {
    assert.equal(passwordFault(password, words), isAllowed ? null : fault, password.slice(0, 20));
  }
});

test('a blank password, one repeated character and a plain sequence are refused', () => {
  for (const blank of [' '.repeat(8), '\u{a0}\u{3000}'.repeat(4)]) {
    assert.equal(passwordFault(blank, words), 'must not be blank');
  }
  for (const repeated of ['aaaaaaaa', 'aaaaAAAA', '😀'.repeat(8), '0'.repeat(1_024), 'e\u{301}'.repeat(8)]) {
    assert.equal(passwordFault(repeated, words), 'must not be one repeated character');
  }
  for (const sequence of ['12345678', 'ABCDEFGH', 'poiuytrewq']) {
    assert.match(String(passwordFault(sequence, words)), /^must not be a plain sequence/);
  }
});

test('a guessable word is refused in any case and Unicode form, also with digits after it', () => {
  const username = 'must not be the username, with or without digits after it';
  for (const password of ['Zoë.Smith', 'zoë.smith', 'ZOE\u{308}.SMITH', 'zoë.smith1', 'zoë.smith2026']) {
    assert.equal(passwordFault(password, words), username, password);
  }
  for (const password of ['CRM_2026', 'crm_20261']) {
    assert.match(String(passwordFault(password, words)), /^must not be the slug of the project,/, password);
  }
  for (const password of ['zoe.smith', 'zoë.smith!', 'my zoë.smith', 'crm_2025', 'zoë.smith and more']) {
    assert.equal(passwordFault(password, words), null, password);
  }
});

test('no composition of characters is required', () => {
  for (const password of ['correct horse battery', 'мой любимый пароль', '1029384756102', '        x']) {
    assert.equal(passwordFault(password, words), null, password);
  }
});
