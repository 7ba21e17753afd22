/**
 * The one registry of errors. Every error a client can see is a row here; docs/reference/errors.md is generated
 * from it, and a test holds the page to the rows.
 */
export const errorRegistry = {
  missing_authorization: { status: 401, meaning: 'The request carries no `Authorization: Bearer` token.' },
  invalid_token: {
    status: 401,
    meaning:
      'The token is malformed, mistyped, unknown, expired, revoked, or not valid for this route. Another project’s token and a project that does not exist answer the same, so slugs cannot be probed.',
  },
  invalid_credentials: {
    status: 401,
    meaning:
      'The username or the password is wrong. A project that does not exist answers the same, so slugs cannot be probed.',
  },
  permission_denied: { status: 403, meaning: 'The credential may not do this.' },
  not_found: { status: 404, meaning: 'There is no such route, project, or object in the project.' },
  validation_failed: {
    status: 400,
    meaning: 'A path, query or body field failed validation; `details` names each.',
  },
  invalid_export_format: {
    status: 400,
    meaning: 'The export format is not one that the endpoint takes; `details` names every one that it does.',
  },
  invalid_json: { status: 400, meaning: 'The body is not JSON; the message gives the line and the column.' },
  malformed_request: { status: 400, meaning: 'What arrived is not an HTTP request that can be read.' },
  request_timeout: { status: 408, meaning: 'The request did not arrive completely in time.' },
  method_not_allowed: {
    status: 405,
    meaning: 'The route exists, but not for this method; `Allow` lists those it takes.',
  },
  unsupported_media_type: {
    status: 415,
    meaning: 'The body’s `Content-Type` is not one that the route takes.',
  },
  payload_too_large: { status: 413, meaning: 'The body is larger than the route’s limit.' },
  headers_too_large: { status: 431, meaning: 'The request’s headers are larger than the limit.' },
  precondition_failed: {
    status: 412,
    meaning: 'The `If-Match` of the request names another version of the file.',
  },
  range_not_satisfiable: { status: 416, meaning: 'The `Range` asked for lies outside the file.' },
  already_exists: {
    status: 409,
    meaning: 'A project of that slug, or a table, a column or an index of that name, exists.',
  },
  constraint_violation: {
    status: 409,
    meaning: 'A constraint of the database refuses it; the message names the constraint’s columns.',
  },
  conflict: { status: 409, meaning: 'The thing is in a state that does not allow this.' },
  idempotency_in_progress: {
    status: 409,
    meaning:
      'A request with this `Idempotency-Key` is still under way; `Retry-After` says when to try again.',
  },
  idempotency_mismatch: {
    status: 422,
    meaning: 'The `Idempotency-Key` was used for another request in the last 24 hours.',
  },
  query_rejected: {
    status: 400,
    meaning: 'The SQL is not one statement that only reads, or touches what is out of its reach.',
  },
  query_failed: {
    status: 400,
    meaning:
      'SQLite cannot run the statement; the message is SQLite’s own, with the offset where it is known. Also for one that takes too much memory, or whose answer is too large.',
  },
  query_timeout: {
    status: 504,
    meaning: 'The query, the reading of a view, or the export ran past its limit and was stopped.',
  },
  export_not_ready: { status: 409, meaning: 'The export is still being made.' },
  export_failed: { status: 409, meaning: 'The export could not be made; its `status_reason` says why.' },
  export_expired: { status: 410, meaning: 'The export has expired, and its file is gone.' },
  invalid_link: {
    status: 403,
    meaning: 'The link to the export was altered, has expired, or was ended.',
  },
  export_file_missing: { status: 410, meaning: 'The export’s file is gone from storage.' },
  rate_limited: {
    status: 429,
    meaning:
      'Too many tries, too many at once, or more requests than the token may send; `Retry-After` says in how many seconds to try again.',
  },
  storage_full: { status: 507, meaning: 'The disk is full: nothing was written, and what was stored stays.' },
  unavailable: {
    status: 503,
    meaning:
      'The service is shutting down, has too much to do, or cannot reach the database; `Retry-After` says when to try again.',
  },
  internal_error: {
    status: 500,
    meaning: 'A fault of the service. The log has the cause under the `request_id`; the answer never does.',
  },
} as const satisfies Record<string, { readonly status: number; readonly meaning: string }>;

export type ErrorCode = keyof typeof errorRegistry;

/** One field at fault: `field` is a path as a client writes it (`body.file_name`, `query.limit`). */
export interface ErrorDetail {
  readonly field: string;
  readonly message: string;
}

/**
 * An error of the registry, thrown once where the fault is understood and turned into the envelope once, at the edge.
 * `message` and `details` are for the client: no path of this machine, no SQL, no stack.
 */
export class RowhouseError extends Error {
  override readonly name = 'RowhouseError';
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] | undefined;
  /** When it is worth trying again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly details?: readonly ErrorDetail[] | undefined;
      readonly cause?: unknown;
      readonly retryAfterSeconds?: number | undefined;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds ?? (code === 'unavailable' ? 1 : undefined);
  }

  get status(): number {
    return errorRegistry[this.code].status;
  }
}

/**
 * A `not_found` for a project that is not there, or not any more. For a token of the project's, the edge makes it the
 * `invalid_token` that this token answers from then on.
 */
export class NoSuchProjectError extends RowhouseError {
  constructor() {
    super('not_found', 'There is no such project.');
  }
}

/** A `validation_failed` about one field. */
export function invalidField(field: string, message: string): RowhouseError {
  return new RowhouseError('validation_failed', `${field} ${message}.`, { details: [{ field, message }] });
}

/** The error for a key that was used for another request. */
export function idempotencyMismatch(): RowhouseError {
  return new RowhouseError(
    'idempotency_mismatch',
    'This Idempotency-Key was used for another request: the method, the URL or the body differs.',
  );
}

/** The error for a client that is limited to some tables and asks for another one, whether that is there or not. */
export function limitedToOtherTables(options: { readonly cause?: unknown } = {}): RowhouseError {
  return new RowhouseError('permission_denied', 'The token is limited to other tables.', options);
}
