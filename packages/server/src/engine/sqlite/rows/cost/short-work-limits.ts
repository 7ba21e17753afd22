/**
 * SQLite's limits on threads for short work. An operation that exceeds one fails there and is forwarded to a worker with SQLite's own
 * limits. https://www.sqlite.org/c3ref/c_limit_attached.html
 */
export const SHORT_WORK_LIMITS = {
  /** Of a value, a row or a statement, in bytes: an expression may read a value a hundred times and hold as many copies. */
  length: 131_072,
  /** Of a program, in instructions: generated columns that reference each other may double it each time. */
  vdbeOp: 50_000,
  /** The service's own patterns are shorter. */
  likePatternLength: 100,
  triggerDepth: 1,
  attach: 0,
} as const;
