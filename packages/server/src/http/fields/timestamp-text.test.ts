import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { RowhouseError } from '../../core/errors.ts';
import { timestampText, toMicros, toTime } from './timestamp-text.ts';

const form = new RegExp(String(Reflect.get(timestampText(), 'pattern')));

test('every form of RFC 3339 is the same time', () => {
  for (const text of [
    '2096-02-29T23:30:00Z',
    '2096-02-29T23:30:00.000Z',
    '2096-02-29t23:30:00z',
    '2096-03-01T01:30:00+02:00',
    '2096-03-01T01:30:00.0+02:00',
    '2096-02-29T18:00:00-05:30',
    '2096-02-29T23:30:00-00:00',
    '2096-02-29T23:30:00+00:00',
    '2096-03-01T23:29:00+23:59',
  ]) {
    assert.match(text, form);
    assert.equal(toTime(text, 'body.time'), Date.UTC(2096, 1, 29, 23, 30), text);
  }
});

test('what toISOString() returns is read to the millisecond, with any offset', () => {
  const date = fc.date({
    min: new Date('0002-01-01T00:00:00Z'),
    max: new Date('9998-12-31T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, fc.integer({ min: -1_439, max: 1_439 }), (time, minutes) => {
      const local = new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const size = Math.abs(minutes);
      const text = `${local}${minutes < 0 ? '-' : '+'}${padded(size / 60)}:${padded(size % 60)}`;
      assert.equal(toTime(time.toISOString(), 'body.time'), time.getTime());
      assert.equal(toTime(text, 'body.time'), time.getTime(), text);
    }),
  );
});

test('decimals beyond milliseconds never make a time later, and are exact to the microsecond where they count', () => {
  assert.equal(toTime('1970-01-01T00:00:01.0005Z', 'body.time'), 1_000);
  for (const year of ['1970', '2096', '9999']) {
    const last = `${year}-12-31T23:59:59.${'9'.repeat(30)}Z`;
    assert.equal(toTime(last, 'body.time'), Date.UTC(Number(year), 11, 31, 23, 59, 59, 999));
  }
  assert.equal(toMicros('1970-01-01T00:00:01.5Z', 'query.since'), 1_500_000);
  assert.equal(toMicros('1970-01-01T00:00:00.123456Z', 'query.since'), 123_456);
  assert.equal(toMicros('1970-01-01T00:00:00.1234560001Z', 'query.since'), 123_457);
});

test('a time that does not exist is refused, with the reason', () => {
  for (const [text, reason] of [
    ['2096-02-30T00:00:00Z', 'must be a time that exists'],
    ['2097-02-29T00:00:00Z', 'must be a time that exists'],
    ['2096-13-01T00:00:00Z', 'must be a time that exists'],
    ['2096-00-01T00:00:00Z', 'must be a time that exists'],
    ['2096-01-00T00:00:00Z', 'must be a time that exists'],
    ['2096-01-01T24:00:00Z', 'must be a time that exists'],
    ['2096-01-01T00:60:00Z', 'must be a time that exists'],
    ['2096-12-31T23:59:60Z', 'a leap second is'],
    ['0000-01-01T00:00:00Z', 'the years 1 to 9999'],
    ['0001-01-01T00:00:00+00:01', 'the years 1 to 9999'],
    ['9999-12-31T23:59:59-00:01', 'the years 1 to 9999'],
    ['2096-01-01T00:00:00+24:00', 'at most 23:59'],
    ['2096-01-01T00:00:00-05:60', 'at most 23:59'],
  ] as const) {
    assert.match(text, form);
    assert.throws(
      () => toTime(text, 'body.time'),
      (error) => error instanceof RowhouseError && error.message.includes(reason),
      text,
    );
  }
});

test('other texts are no time', () => {
  for (const text of [
    '',
    '2096-01-01',
    '2096-01-01T00:00Z',
    '2096-01-01T00:00:00',
    '2096-01-01 00:00:00Z',
    '2096-01-01T00:00:00.Z',
    '2096-01-01T00:00:00+0200',
    '2096-01-01T00:00:00+02',
    '2096-01-01T00:00:00 Z',
    '+012096-01-01T00:00:00Z',
    '12096-01-01T00:00:00Z',
    '2096-01-01T00:00:00Z\n',
    '２096-01-01T00:00:00Z',
  ]) {
    assert.doesNotMatch(text, form);
  }
});

function padded(part: number): string {
  return String(Math.floor(part)).padStart(2, '0');
}
