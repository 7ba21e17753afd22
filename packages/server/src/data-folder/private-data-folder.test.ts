import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folderModes, modeOf } from '../testing/system/folder-content.ts';
import { temporaryFolder } from '../testing/system/temporary-folder.ts';
import { makePrivate } from './private-data-folder.ts';

const isWindows = process.platform === 'win32';
/** A user id that needs no account. */
const OTHER_USER = 65_534;

test(
  'Rowhouse’s own files in the data folder become private, and other files are unchanged',
  { skip: isWindows },
  () => {
    using folder = temporaryFolder();
    const kept = [
      'catalog.sqlite',
      'catalog.sqlite-wal',
      'catalog.sqlite.bak',
      'requests.sqlite-shm',
      'service.key',
    ];
    const others = ['backup.sh', 'notes.txt'];
    for (const name of [...kept, ...others]) writeFileSync(join(folder.path, name), '');
    for (const path of ['projects/a/deeper', 'exports/a', 'scripts']) {
      mkdirSync(join(folder.path, path), { recursive: true });
      writeFileSync(join(folder.path, path, 'file'), '');
    }
    for (const path of Object.keys(folderModes(folder.path))) chmodSync(join(folder.path, path), 0o755);

    assert.equal(makePrivate(folder.path), null);

    const open = Object.entries(folderModes(folder.path)).filter(([, mode]) => mode === '755');
    assert.deepEqual(
      open.map(([path]) => path),
      ['backup.sh', 'notes.txt', 'scripts', 'scripts/file'],
    );
    for (const [path, mode] of [
      ['.', '700'],
      ['catalog.sqlite.bak', '600'],
      ['projects/a', '700'],
      ['projects/a/deeper/file', '600'],
      ['exports/a/file', '600'],
    ] as const) {
      assert.equal(modeOf(join(folder.path, path)), mode, path);
    }
  },
);

test(
  'a data folder that is a link is made private, and links in it are not followed',
  { skip: isWindows },
  () => {
    using folder = temporaryFolder();
    using elsewhere = temporaryFolder();
    chmodSync(elsewhere.path, 0o755);
    writeFileSync(join(elsewhere.path, 'file'), '');
    chmodSync(join(elsewhere.path, 'file'), 0o644);
    mkdirSync(join(folder.path, 'data', 'exports'), { recursive: true });
    chmodSync(join(folder.path, 'data'), 0o755);
    symlinkSync('data', join(folder.path, 'link'));
    for (const name of ['projects', 'exports/linked'])
      symlinkSync(elsewhere.path, join(folder.path, 'data', name));
    symlinkSync(join(elsewhere.path, 'file'), join(folder.path, 'data', 'catalog.sqlite'));
    symlinkSync('nowhere', join(folder.path, 'data', 'requests.sqlite'));

    assert.equal(makePrivate(join(folder.path, 'link')), null);

    assert.equal(modeOf(join(folder.path, 'data')), '700');
    assert.deepEqual(folderModes(elsewhere.path), { '.': '755', file: '644' });
  },
);

const isRoot = process.getuid?.() === 0;

test(
  'files of another user are reported once with their number, and the other files become private',
  { skip: !isRoot },
  () => {
    using folder = temporaryFolder();
    const projects = join(folder.path, 'projects');
    mkdirSync(projects);
    for (const name of ['own', 'foreign']) writeFileSync(join(projects, name), '');
    for (const path of [projects, join(projects, 'own')]) chownSync(path, OTHER_USER, OTHER_USER);
    for (const path of [folder.path, projects]) chmodSync(path, 0o777);
    for (const name of ['own', 'foreign']) chmodSync(join(projects, name), 0o666);

    // Applies to the whole process during this synchronous call.
    process.seteuid?.(OTHER_USER);
    try {
      assert.deepEqual(makePrivate(folder.path), { path: folder.path, code: 'EPERM', count: 2 });
    } finally {
      process.seteuid?.(0);
    }
    assert.equal(modeOf(projects), '700');
    assert.equal(modeOf(join(projects, 'own')), '600');
    assert.equal(modeOf(join(projects, 'foreign')), '666');
  },
);
