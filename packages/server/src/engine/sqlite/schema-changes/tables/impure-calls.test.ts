import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openDatabase } from '../../connection/open-database.ts';
import { impureCall } from './impure-calls.ts';

const ARGUMENTS = ["'now'", "'NOW'", "'utc'", "'LocalTime'", "'subsec'", "'+1 day'", 'a', "'2000-01-01'"];
const pairs = ARGUMENTS.flatMap((first) => ARGUMENTS.map((next) => `${first}, ${next}`));
const lists = ['', ...ARGUMENTS, ...pairs];
const calls = [
  ...['date', 'time', 'datetime', 'julianday', 'unixepoch'].flatMap((name) =>
    lists.map((list) => `${name}(${list})`),
  ),
  "strftime('%Y')",
  ...ARGUMENTS.map((first) => `strftime('now', ${first})`),
  ...pairs.flatMap((pair) => [`strftime('%Y', ${pair})`, `timediff(${pair})`]),
];

/** Such a first argument is no time value, so SQLite does not reach the time zone or the second time. */
const NULL_CALL = /\((?:'%Y', )?'(?:utc|LocalTime|\+1 day)', /;

/** The call is evaluated with a valid time, with which no modifier is skipped. */
function isRefused(call: string): boolean {
  using database = openDatabase(':memory:', { mode: 'read-write' });
  database.exec(`CREATE TABLE t (a, CHECK (${call} IS NOT 'x'))`);
  try {
    database.exec("INSERT INTO t VALUES ('2000-01-01')");
    return false;
  } catch (error) {
    assert.match(String(error), /non-deterministic use of/);
    return true;
  }
}

test('every call that SQLite refuses to evaluate in a CHECK is found', () => {
  const missed = calls.filter((call) => isRefused(call) && impureCall(call) === null);
  assert.deepEqual(missed, []);
});

test('a call that SQLite evaluates is found only if an argument before it makes the result NULL', () => {
  const found = calls.filter((call) => !isRefused(call) && impureCall(call) !== null);
  assert.deepEqual(
    found.filter((call) => !NULL_CALL.test(call)),
    [],
  );
});

test('a call is found inside others, in any spelling, and not in a text', () => {
  assert.equal(impureCall(`a > coalesce("date"(time(a), 'utc'), 1)`), `"date"(time(a), 'utc')`);
  assert.equal(impureCall("date(date(a, 'localtime'), '+1 day') > a"), "date(a, 'localtime')");
  assert.equal(impureCall("a <> 'date(''now'')' AND date > 1 AND strftime('%Y', a) <> 'now'"), null);
});
