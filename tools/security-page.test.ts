import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { errorRegistry } from '../packages/server/src/core/errors.ts';
import { settings } from '../packages/server/src/core/settings.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');
const rows = [...text.matchAll(/^\| (?!attempt |-)(.+?) +\| (.+?) +\| (.+?) +\|$/gm)];

describe('the security page', () => {
  for (const [, attempt = '', , named = ''] of rows) {
    test(`names an existing test for: ${attempt}`, () => {
      const [, path = ''] = /^`([\w./-]+\.test\.ts)`$/.exec(named) ?? [];
      assert.ok(path !== '' && existsSync(join(root, 'packages/server/src', path)), named);
    });
  }

  test('has a row for each kind of attacker', () => {
    const lines = text.split('\n').filter((line) => line.startsWith('| '));
    const headers = lines.filter((line) => line.startsWith('| attempt ')).length;
    assert.ok(headers > 0);
    assert.equal(rows.length, lines.length - 2 * headers, 'every row has three cells');
  });

  test('names only existing error codes and settings', () => {
    const variables = new Set<string>(Object.values(settings).map(({ variable }) => variable));
    for (const [, code = ''] of text.matchAll(/`([a-z]+(?:_[a-z]+)*)`/g)) {
      assert.ok(Object.hasOwn(errorRegistry, code), code);
    }
    for (const [, name = ''] of text.matchAll(/(ROWHOUSE_\w+)/g)) assert.ok(variables.has(name), name);
  });
});
