import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type ConditionalHeaders, selectPart, type Selection } from './conditional-request.ts';

const file = { sizeBytes: 1_000, etag: '"abc"', lastModified: new Date('2026-06-02T01:23:45Z') };
const modified = file.lastModified.toUTCString();
const later = new Date('2026-06-02T01:23:46Z').toUTCString();
const earlier = new Date('2026-06-02T01:23:44Z').toUTCString();

const whole: Selection = { kind: 'whole' };
const notModified: Selection = { kind: 'not_modified' };
const failed: Selection = { kind: 'precondition_failed' };
const unsatisfiable: Selection = { kind: 'unsatisfiable' };
const part = (start: number, end: number): Selection => ({ kind: 'part', range: { start, end } });

const cases: readonly (readonly [
  title: string,
  headers: Partial<ConditionalHeaders>,
  expected: Selection,
])[] = [
  ['no condition', {}, whole],
  ['the first bytes', { range: 'bytes=0-99' }, part(0, 99)],
  ['from a byte to the end', { range: 'bytes=900-' }, part(900, 999)],
  ['the last bytes', { range: 'bytes=-100' }, part(900, 999)],
  ['more of the last bytes than there are', { range: 'bytes=-5000' }, part(0, 999)],
  ['an end beyond the file', { range: 'bytes=990-2000' }, part(990, 999)],
  ['one byte', { range: 'bytes=0-0' }, part(0, 0)],
  ['a start beyond the file', { range: 'bytes=1000-' }, unsatisfiable],
  ['none of the last bytes', { range: 'bytes=-0' }, unsatisfiable],
  ['an end before the start', { range: 'bytes=9-0' }, whole],
  ['no start and no end', { range: 'bytes=-' }, whole],
  ['another unit', { range: 'lines=0-9' }, whole],
  ['no range at all', { range: 'bytes' }, whole],
  ['several ranges', { range: 'bytes=0-9,20-29' }, whole],
  ['If-Range with the file’s ETag', { range: 'bytes=0-9', ifRange: '"abc"' }, part(0, 9)],
  ['If-Range with another ETag', { range: 'bytes=0-9', ifRange: '"abd"' }, whole],
  ['If-Range with a weak ETag', { range: 'bytes=0-9', ifRange: 'W/"abc"' }, whole],
  ['If-Range with the file’s date', { range: 'bytes=0-9', ifRange: modified }, part(0, 9)],
  ['If-Range with an earlier date', { range: 'bytes=0-9', ifRange: earlier }, whole],
  ['If-Range with nonsense', { range: 'bytes=0-9', ifRange: 'yesterday' }, whole],
  ['If-None-Match with the file’s ETag', { ifNoneMatch: '"abc"' }, notModified],
  ['If-None-Match with a list', { ifNoneMatch: '"x", W/"abc"' }, notModified],
  ['If-None-Match with a star', { ifNoneMatch: '*' }, notModified],
  ['If-None-Match with another', { ifNoneMatch: '"x"' }, whole],
  ['If-None-Match outweighs If-Modified-Since', { ifNoneMatch: '"x"', ifModifiedSince: modified }, whole],
  ['If-Modified-Since the file’s date', { ifModifiedSince: modified }, notModified],
  ['If-Modified-Since an earlier date', { ifModifiedSince: earlier }, whole],
  ['If-Match with the file’s ETag', { ifMatch: '"abc"' }, whole],
  ['If-Match with another', { ifMatch: '"x"' }, failed],
  ['If-Match with a weak ETag', { ifMatch: 'W/"abc"' }, failed],
  ['If-Unmodified-Since the file’s date', { ifUnmodifiedSince: modified }, whole],
  ['If-Unmodified-Since an earlier date', { ifUnmodifiedSince: earlier }, failed],
  ['If-Unmodified-Since a later date', { ifUnmodifiedSince: later }, whole],
  ['If-Unmodified-Since that is no HTTP date', { ifUnmodifiedSince: '2020-01-01' }, whole],
  ['If-Modified-Since that is no HTTP date', { ifModifiedSince: '2030-01-01' }, whole],
  [
    'If-Match outweighs If-Unmodified-Since',
    { ifMatch: '"abc"', ifUnmodifiedSince: earlier, range: 'bytes=0-9' },
    part(0, 9),
  ],
  ['If-Match with another and If-Unmodified-Since', { ifMatch: '"x"', ifUnmodifiedSince: modified }, failed],
  [
    'If-Unmodified-Since comes before If-None-Match',
    { ifNoneMatch: '"abc"', ifUnmodifiedSince: earlier },
    failed,
  ],
  ['both dates', { ifModifiedSince: modified, ifUnmodifiedSince: modified }, notModified],
  [
    'If-Unmodified-Since comes before If-Range',
    { range: 'bytes=0-9', ifRange: '"abc"', ifUnmodifiedSince: earlier },
    failed,
  ],
  [
    'If-Range with the file’s date in another form',
    { range: 'bytes=0-9', ifRange: '2026-06-02T01:23:45Z' },
    whole,
  ],
  ['If-None-Match comes before the range', { range: 'bytes=0-9', ifNoneMatch: '"abc"' }, notModified],
];

const none: ConditionalHeaders = {
  range: undefined,
  ifRange: undefined,
  ifMatch: undefined,
  ifNoneMatch: undefined,
  ifModifiedSince: undefined,
  ifUnmodifiedSince: undefined,
};

for (const [title, headers, expected] of cases) {
  test(`given ${title}`, () => {
    assert.deepEqual(selectPart(file, { ...none, ...headers }), expected);
  });
}
