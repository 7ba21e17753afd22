import type { TimeRange } from '../stored-rows.ts';
import type { Condition } from './read-page.ts';

/** Returns the conditions for a start within a range of time. */
export function withinRange({ since, until }: TimeRange): readonly Condition[] {
  return [
    ...(since === null ? [] : [{ sql: 'started >= ?', values: [since] }]),
    ...(until === null ? [] : [{ sql: 'started < ?', values: [until] }]),
  ];
}
