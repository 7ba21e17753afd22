import type { ConflictAction } from '../model.ts';
import { DdlSyntaxError, type StatementReader } from './statement-reader.ts';

const ACTIONS: readonly ConflictAction[] = ['ROLLBACK', 'ABORT', 'FAIL', 'IGNORE', 'REPLACE'];

/** Parses `ON CONFLICT action` if it comes next. https://www.sqlite.org/lang_conflict.html */
export function readConflictClause(reader: StatementReader): ConflictAction | null {
  if (!reader.take('ON')) return null;
  reader.expect('CONFLICT');
  const action = reader.takeOne(ACTIONS);
  if (action === null) throw new DdlSyntaxError('ON CONFLICT without an action');
  return action;
}
