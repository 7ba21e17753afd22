import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RowhouseError } from '../../../core/errors.ts';
import { attachmentDisposition } from './content-disposition.ts';
import { downloadName } from './download-name.ts';

test('a name is kept as requested, and the extension is appended if it is missing', () => {
  const cases: readonly (readonly [requested: string | undefined, name: string])[] = [
    [undefined, 'shop_schema_export.sql'],
    ['backup', 'backup.sql'],
    ['backup.sql', 'backup.sql'],
    ['Backup.SQL', 'Backup.SQL'],
    ['backup.json', 'backup.json.sql'],
    ['.hidden', '.hidden.sql'],
    ['naïve 名前 📦', 'naïve 名前 📦.sql'],
    ['👩‍💻', '👩‍💻.sql'],
    ['a'.repeat(196), `${'a'.repeat(196)}.sql`],
  ];
  for (const [requested, name] of cases) {
    assert.equal(downloadName(requested, 'shop_schema_export', 'sql'), name);
  }
});

test('a name with a path or hidden characters, or one that is too long, is refused, and the field is named', () => {
  const names = [
    '../up',
    'a/b',
    'a\\b',
    '..',
    '.',
    '',
    '   ',
    ' a',
    'a ',
    'a\0b',
    'a\nb',
    'a\u007fb',
    'a\u0085b',
    'a\u2028b',
    'a"b',
    '\u202egpj.exe',
    '\ud800',
    'a'.repeat(197),
    'a'.repeat(300),
    '😀'.repeat(50),
  ];
  for (const name of names) {
    assert.throws(
      () => downloadName(name, 'x', 'sql'),
      (error) =>
        error instanceof RowhouseError &&
        error.code === 'validation_failed' &&
        error.details?.[0]?.field === 'body.file_name',
      JSON.stringify(name),
    );
  }
});

test('the download header has the quoted name, with the exact name beside an ASCII one if they differ', () => {
  assert.equal(attachmentDisposition('contacts.csv'), 'attachment; filename="contacts.csv"');
  assert.equal(attachmentDisposition("it's (1).csv"), `attachment; filename="it's (1).csv"`);
  assert.equal(
    attachmentDisposition("naïve's 📦.csv"),
    `attachment; filename="na_ve's _.csv"; filename*=UTF-8''na%C3%AFve%27s%20%F0%9F%93%A6.csv`,
  );
});
