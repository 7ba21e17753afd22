import assert from 'node:assert/strict';
import { test } from 'node:test';

import { httpDate } from './http-date.ts';

const NOVEMBER = Date.UTC(1994, 10, 6, 8, 49, 37);

test('the three forms of an HTTP date are the same time, whatever the server’s time zone', (context) => {
  const zone = process.env['TZ'];
  context.after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  process.env['TZ'] = 'America/New_York';
  for (const text of [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ]) {
    assert.equal(httpDate(text), NOVEMBER, text);
  }
});

test('a year of two digits is at most 50 years ahead', () => {
  const year = new Date().getUTCFullYear();
  const written = (inYears: number) =>
    `Sunday, 06-Nov-${String((year + inYears) % 100).padStart(2, '0')} 08:49:37 GMT`;
  assert.equal(httpDate(written(50)), Date.UTC(year + 50, 10, 6, 8, 49, 37));
  assert.equal(httpDate(written(51)), Date.UTC(year - 49, 10, 6, 8, 49, 37));
});

test('any other text is no date', () => {
  for (const text of ['', 'yesterday', '0', '1994', '1994-11-06', '1994-11-06T08:49:37Z', '06 Nov 1994'])
    assert.equal(httpDate(text), null, text);
  assert.equal(httpDate('Sun, 06 Nov 1994 28:49:37 GMT'), null);
  assert.equal(httpDate('Sun, 06 Nov 1994 08:49:37 +0200'), null);
});
