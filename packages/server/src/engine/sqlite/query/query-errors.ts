import { limitedToOtherTables, RowhouseError } from '../../../core/errors.ts';
import { SubjectError } from '../../../core/subject-error.ts';
import { isErrorOfStatement } from '../introspection/sql-error.ts';
import { shortened } from '../values/shortened.ts';
import { queryRejected } from './query-statement.ts';
import { type Denial, isBuiltIn } from './reading-authorizer.ts';
import { findSyntaxError } from './syntax-error.ts';

/** Result codes of SQLite. https://www.sqlite.org/rescode.html */
const SQLITE_READONLY = 8;
const SQLITE_AUTH = 23;

interface FailedQuery {
  readonly sql: string;
  /** What the authorizer denied. */
  readonly denial: Denial | null;
  /** The tables that the client is limited to; null for all. */
  readonly allowed: readonly string[] | null;
}

/** The error for a client whose statement failed with an error of SQLite. */
export function explainQueryError(error: unknown, query: FailedQuery): unknown {
  if (!isErrorOfStatement(error)) return error;
  if (query.denial !== null) {
    // SQLite's own tables are not a secret. Any other name may be that of a table which the client may not use.
    const isSecret = query.allowed !== null && query.denial.kind === 'table' && !isBuiltIn(query.denial.name);
    return isSecret ? limitedToOtherTables({ cause: error }) : queryRejected(reasonOf(query.denial), error);
  }
  const primary = error.errcode & 0xff;
  if (primary === SQLITE_AUTH || primary === SQLITE_READONLY) {
    return queryRejected(reasonOf({ kind: 'action' }), error);
  }
  const offset = findSyntaxError(query.sql, error.message);
  const message = `SQLite: ${shortened(error.message)}${offset === null ? '' : `, at offset ${offset}`}`;
  return new SubjectError('query_failed', [{ subject: ['sql'], message }], {
    summary: message,
    cause: error,
  });
}

/** The error for a client that reads the rows of a view which failed with an error of SQLite. */
export function explainViewError(error: unknown): unknown {
  if (!isErrorOfStatement(error)) return error;
  return new RowhouseError('conflict', `SQLite cannot read the view: ${shortened(error.message)}.`, {
    cause: error,
  });
}

function reasonOf(denial: Denial): string {
  switch (denial.kind) {
    case 'table':
      return tableReason(denial.name);
    case 'function':
      return `The function ${denial.name} is not allowed in queries.`;
    case 'action':
      return 'The statement must be read-only: it cannot change data, attach databases or run a PRAGMA.';
  }
}

function tableReason(name: string): string {
  if (/^sqlite_(?:master|schema)$/i.test(name)) {
    return `${name} can only be read by its plain name, without a schema prefix and not through a view.`;
  }
  if (/^pragma_/i.test(name)) return 'PRAGMA functions are not allowed in queries.';
  return `A query cannot access the table ${name}.`;
}
