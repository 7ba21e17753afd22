import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RowhouseError } from '../../core/errors.ts';
import { type CachedCredential, CredentialCache } from './credential-cache.ts';

const found: CachedCredential = {
  credential: {
    kind: 'project_token',
    tokenId: 1,
    projectId: 7,
    projectSlug: 'shop',
    scopes: null,
    tables: null,
  },
  accountId: 1,
  expiresAtMs: null,
};

test('a credential is looked up once, until its project is removed from the cache', async () => {
  const cache = new CredentialCache();
  let lookUps = 0;
  const lookUp = async () => {
    lookUps++;
    return found;
  };
  for (let request = 0; request < 3; request++) await cache.find('a', lookUp);
  assert.equal(lookUps, 1);

  cache.forgetProject(8);
  await cache.find('a', lookUp);
  assert.equal(lookUps, 1, 'another project has nothing to do with it');
  cache.forgetProject(7);
  await cache.find('a', lookUp);
  assert.equal(lookUps, 2);
});

test('a lookup that began before a revocation and ends after it does not cache the token again', async () => {
  const cache = new CredentialCache();
  const { promise, resolve } = Promise.withResolvers<CachedCredential | null>();
  const inFlight = cache.find('a', () => promise);
  cache.forgetProject(7);
  resolve(found);
  await inFlight;

  assert.equal(await cache.find('a', async () => null), null);
});

test('at most a thousand credentials are looked up at once, and cached ones need no look-up', async () => {
  const cache = new CredentialCache();
  await cache.find('cached', async () => found);
  const { promise, resolve } = Promise.withResolvers<CachedCredential | null>();
  const running = Array.from({ length: 1_000 }, (_, index) => cache.find(`invented ${index}`, () => promise));
  await assert.rejects(
    cache.find('one more', () => promise),
    (error) => error instanceof RowhouseError && error.code === 'unavailable',
  );
  assert.equal(await cache.find('cached', () => promise), found);
  resolve(null);
  await Promise.all(running);
  assert.equal(await cache.find('one more', async () => found), found);
});
