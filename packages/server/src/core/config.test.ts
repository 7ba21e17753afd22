import assert from 'node:assert/strict';
import { isAbsolute, resolve } from 'node:path';
import { describe, test } from 'node:test';

import { ConfigError, readConfig, unknownVariables } from './config.ts';
import { settings } from './settings.ts';

test('without variables every setting has its default, and a path is absolute', () => {
  const config = readConfig({});
  assert.equal(config.port, 8_787);
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.adminToken, null);
  assert.equal(config.dataDir, resolve('data'));
  assert.ok(isAbsolute(config.dataDir));
  assert.equal(config.keyFile, null);
  assert.deepEqual(Object.keys(config), Object.keys(settings));
});

test('an empty variable counts as unset', () => {
  assert.equal(readConfig({ ROWHOUSE_PORT: '', ROWHOUSE_ADMIN_TOKEN: '' }).port, 8_787);
});

test('each kind of setting is parsed', () => {
  const config = readConfig({
    ROWHOUSE_HOST: '::',
    ROWHOUSE_PORT: '0',
    ROWHOUSE_ADMIN_TOKEN: 'a-secret-of-24-characters',
    ROWHOUSE_SAMPLE_PROJECT: 'off',
    ROWHOUSE_DATA_DIR: '/srv/rowhouse',
    ROWHOUSE_KEY_FILE: 'keys/rowhouse.key',
  });
  assert.deepEqual(
    [config.host, config.port, config.adminToken, config.sampleProject, config.dataDir, config.keyFile],
    ['::', 0, 'a-secret-of-24-characters', 'off', resolve('/srv/rowhouse'), resolve('keys/rowhouse.key')],
  );
});

test('a rate is a number of requests per number of seconds; rates and the second port are off by default', () => {
  const config = readConfig({ ROWHOUSE_RATE_LIMIT: '600/60', ROWHOUSE_METRICS_PORT: '0' });
  assert.deepEqual([config.rateLimit, config.metricsPort], [{ requests: 600, seconds: 60 }, 0]);
  for (const value of [undefined, '', 'off']) {
    const without = readConfig({ ROWHOUSE_RATE_LIMIT: value, ROWHOUSE_METRICS_PORT: value });
    assert.deepEqual([without.rateLimit, without.metricsPort], [null, null]);
  }
});

test('hosts are separated by commas and kept in one form', () => {
  assert.deepEqual(readConfig({}).allowedHosts, []);
  const { allowedHosts } = readConfig({
    ROWHOUSE_ALLOWED_HOSTS: 'DB.example.org, db.example.org:8787,[0:0:0::1]:80,10.0.0.7:81',
  });
  assert.deepEqual(allowedHosts, ['db.example.org', 'db.example.org:8787', '[::1]', '10.0.0.7:81']);
});

describe('an invalid value stops the start with one line that names its variable', () => {
  const refused: readonly (readonly [variable: string, value: string])[] = [
    ['ROWHOUSE_PORT', '65536'],
    ['ROWHOUSE_PORT', '-1'],
    ['ROWHOUSE_PORT', '80.5'],
    ['ROWHOUSE_PORT', '0x50'],
    ['ROWHOUSE_PORT', ' 80'],
    ['ROWHOUSE_BODY_MAX_BYTES', '1023'],
    ['ROWHOUSE_LOG_LEVEL', 'loud'],
    ['ROWHOUSE_SAMPLE_PROJECT', 'yes'],
    ['ROWHOUSE_METRICS_PORT', 'on'],
    ['ROWHOUSE_METRICS_PORT', '70000'],
    ['ROWHOUSE_RATE_LIMIT', '600'],
    ['ROWHOUSE_RATE_LIMIT', '0/60'],
    ['ROWHOUSE_RATE_LIMIT', '600/0'],
    ['ROWHOUSE_RATE_LIMIT', '600/60s'],
    ['ROWHOUSE_RATE_LIMIT', '600/86401'],
    ['ROWHOUSE_ALLOWED_HOSTS', '*'],
    ['ROWHOUSE_ALLOWED_HOSTS', '*.example.org'],
    ['ROWHOUSE_ALLOWED_HOSTS', 'http://db.example.org'],
    ['ROWHOUSE_ALLOWED_HOSTS', 'db.example.org/'],
    ['ROWHOUSE_ALLOWED_HOSTS', 'db.example.org:'],
    ['ROWHOUSE_ALLOWED_HOSTS', 'db.example.org:65536'],
    ['ROWHOUSE_ALLOWED_HOSTS', 'db.example.org,'],
    ['ROWHOUSE_ALLOWED_HOSTS', 'db.example.org other.example.org'],
    ['ROWHOUSE_ALLOWED_HOSTS', '::1'],
  ];
  for (const [variable, value] of refused) {
    test(`${variable}=${value}`, () => {
      assert.throws(
        () => readConfig({ [variable]: value }),
        (error) =>
          error instanceof ConfigError &&
          error.message.startsWith(`${variable} must be `) &&
          !error.message.includes('\n'),
      );
    });
  }

  for (const secret of [
    'too-short',
    'a secret with spaces in it, and long',
    'añadido-a-mano-y-bastante-largo',
  ]) {
    test(`the admin credential ${secret}, without showing it`, () => {
      assert.throws(
        () => readConfig({ ROWHOUSE_ADMIN_TOKEN: secret }),
        (error) => error instanceof ConfigError && !error.message.includes(secret),
      );
    });
  }
});

test('a mistyped variable is reported; variables of other programs are ignored', () => {
  assert.deepEqual(unknownVariables({ ROWHOUSE_PROT: '1', ROWHOUSE_PORT: '1', PATH: '/bin' }), [
    'ROWHOUSE_PROT',
  ]);
});

test('no two settings have the same variable, and every default is a valid value', () => {
  const variables = Object.values(settings).map((setting) => setting.variable);
  assert.equal(new Set(variables).size, variables.length);
  for (const setting of Object.values(settings)) {
    if (setting.default !== null)
      assert.doesNotThrow(() => readConfig({ [setting.variable]: String(setting.default) }));
  }
});
