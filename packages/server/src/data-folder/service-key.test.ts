import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { modeOf } from '../testing/system/folder-content.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { DataFolderError } from './data-folder-error.ts';
import { openServiceKey } from './service-key.ts';

const TEXT = Buffer.alloc(32, 7).toString('base64');

test('a missing key file is created, private and complete, and read again at every later start', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'service.key');
  const key = await openServiceKey(path);
  assert.equal(key.byteLength, 32);
  assert.equal(readFileSync(path, 'utf8'), `${Buffer.from(key).toString('base64')}\n`);
  assert.deepEqual(readdirSync(folder.path), ['service.key']);
  if (process.platform !== 'win32') assert.equal(modeOf(path), '600');
  assert.deepEqual(await openServiceKey(path), key);
});

test('concurrent starts with one key file use the same key', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'service.key');
  const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => openServiceKey(path)));
  for (const other of others) assert.deepEqual(other, first);
  assert.deepEqual(readdirSync(folder.path), ['service.key']);
});

test('a key file may be written by hand, with or without a line break', async () => {
  using folder = temporaryFolder();
  for (const [name, text] of Object.entries({ a: TEXT, b: `${TEXT}\n`, c: `${TEXT}\r\n` })) {
    writeFileSync(join(folder.path, name), text);
    assert.deepEqual(Buffer.from(await openServiceKey(join(folder.path, name))), Buffer.alloc(32, 7));
  }
});

test('a key file of another form is refused with one line, and left as it is', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'service.key');
  for (const text of [
    '',
    '\n',
    TEXT.slice(1),
    TEXT.slice(0, -1),
    TEXT.replace('c=', 'd='),
    `${TEXT.slice(0, 20)}\n${TEXT.slice(20)}`,
    `${TEXT}${TEXT}`,
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
    Buffer.alloc(32, 7).toString('hex'),
    Buffer.alloc(32, 251).toString('base64url'),
    Buffer.alloc(32, 7).toString('latin1'),
  ]) {
    writeFileSync(path, text, 'latin1');
    await assert.rejects(openServiceKey(path), (error: unknown) => {
      assert.ok(error instanceof DataFolderError);
      assert.match(error.message, /^the key file .*service\.key must hold 32 bytes as base64: .*$/);
      return true;
    });
    assert.equal(readFileSync(path, 'latin1'), text);
  }
});

test('a key file that cannot be read or created is named with the cause', async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  mkdirSync(join(path, 'folder'));
  const cases = [
    [join(path, 'folder'), /cannot be read \(EISDIR\)/],
    [join(path, 'absent', 'service.key'), /cannot be created \(ENOENT\)/],
  ] as const;
  for (const [file, message] of cases) {
    await assert.rejects(openServiceKey(file), (error: unknown) => {
      assert.ok(error instanceof DataFolderError);
      assert.match(error.message, message);
      assert.match(error.message, /^the key file .* ROWHOUSE_KEY_FILE to another file$/);
      return true;
    });
  }
  assert.deepEqual(readdirSync(path), ['folder']);
});
