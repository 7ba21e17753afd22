/**
 * The registry of every error that a client can see. docs/reference/errors.md is generated from it, and a test compares the
 * page with it.
 */
export const errorRegistry = {
  missing_authorization: { status: 401, meaning: 'The request has no `Authorization: Bearer` token.' },
  invalid_token: {
    status: 401,
    meaning:
      'The token is malformed, mistyped, unknown, expired, revoked, or not valid for this route. Another project’s token and a project that does not exist give the same answer, so slugs cannot be probed.',
  },
  invalid_credentials: {
    status: 401,
    meaning:
      'The username or the password is wrong. A project that does not exist gives the same answer, so slugs cannot be probed.',
  },
  permission_denied: { status: 403, meaning: 'The credential does not permit this operation.' },
  not_found: { status: 404, meaning: 'The route, the project or an object in the project does not exist.' },
  validation_failed: {
    status: 400,
    meaning: 'A path, query or body field failed validation; `details` names each field.',
  },
  invalid_export_format: {
    status: 400,
    meaning: 'The route does not accept this export format; `details` lists the accepted formats.',
  },
  invalid_json: { status: 400, meaning: 'The body is not JSON; the message states the line and column.' },
  malformed_request: { status: 400, meaning: 'The request is not valid HTTP.' },
  request_timeout: { status: 408, meaning: 'The request did not arrive completely in time.' },
  method_not_allowed: {
    status: 405,
    meaning: 'The route does not accept this method; `Allow` lists the accepted methods.',
  },
  unsupported_media_type: {
    status: 415,
    meaning: 'The route does not accept the body’s `Content-Type`.',
  },
  payload_too_large: { status: 413, meaning: 'The body exceeds the route’s limit.' },
  headers_too_large: { status: 431, meaning: 'The request’s headers exceed the limit.' },
  precondition_failed: {
    status: 412,
    meaning: 'The file does not match the request’s `If-Match` or `If-Unmodified-Since`.',
  },
  range_not_satisfiable: { status: 416, meaning: 'The requested `Range` is outside the file.' },
  already_exists: {
    status: 409,
    meaning: 'A project with this slug, or a table, column or index with this name, already exists.',
  },
  constraint_violation: {
    status: 409,
    meaning: 'A constraint of the database rejects the change; the message names the constraint’s columns.',
  },
  conflict: { status: 409, meaning: 'The resource’s current state does not allow this operation.' },
  idempotency_in_progress: {
    status: 409,
    meaning: 'A request with this `Idempotency-Key` is still running; retry after `Retry-After` seconds.',
  },
  idempotency_mismatch: {
    status: 422,
    meaning: 'The `Idempotency-Key` was used for another request in the last 24 hours.',
  },
  query_rejected: {
    status: 400,
    meaning:
      'The SQL is not a single read-only statement, or it accesses something that queries may not access.',
  },
  query_failed: {
    status: 400,
    meaning:
      'SQLite cannot run the statement; the message is SQLite’s, with the offset if known. Also if the statement needs too much memory or its answer is too large.',
  },
  query_timeout: {
    status: 504,
    meaning:
      'The query, the read of a view, the write or the export exceeded its time limit and was stopped.',
  },
  export_not_ready: { status: 409, meaning: 'The export is not finished yet.' },
  export_failed: { status: 409, meaning: 'The export failed; its `status_reason` states the cause.' },
  export_expired: { status: 410, meaning: 'The export has expired and its file was removed.' },
  invalid_link: {
    status: 403,
    meaning: 'The link to the export was altered, has expired or was revoked.',
  },
  export_file_missing: { status: 410, meaning: 'The export’s file is missing from storage.' },
  rate_limited: {
    status: 429,
    meaning:
      'Too many login attempts, too many concurrent requests, or the token’s rate limit is exceeded; retry after `Retry-After` seconds.',
  },
  storage_full: {
    status: 507,
    meaning: 'The disk is full: nothing was written, and stored data is unchanged.',
  },
  unavailable: {
    status: 503,
    meaning:
      'The service is shutting down, is overloaded, or cannot access the database; retry after `Retry-After` seconds.',
  },
  internal_error: {
    status: 500,
    meaning:
      'A fault of the service. The server log has the cause under the `request_id`; the answer never contains it.',
  },
} as const satisfies Record<string, { readonly status: number; readonly meaning: string }>;

export type ErrorCode = keyof typeof errorRegistry;

/** An invalid field. `field` is its path as the client writes it (`body.file_name`, `query.limit`). */
export interface ErrorDetail {
  readonly field: string;
  readonly message: string;
}

/**
 * An error of the registry. It is thrown where the cause is known, and the edge turns it into the envelope. Clients see
 * `message` and `details`, so they contain no local path, no SQL and no stack.
 */
export class RowhouseError extends Error {
  override readonly name = 'RowhouseError';
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] | undefined;
  /** After how many seconds a retry may succeed. */
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
 * A `not_found` for a project that does not exist, or no longer exists. For a token of that project, the edge answers
 * `invalid_token` instead, as for every later request with the token.
 */
export class NoSuchProjectError extends RowhouseError {
  constructor() {
    super('not_found', 'There is no such project.');
  }
}

/** Returns a `validation_failed` about one field. `message` continues the sentence: `must be …`. */
export function invalidField(field: string, message: string): RowhouseError {
  return new RowhouseError('validation_failed', `${field} ${message}.`, { details: [{ field, message }] });
}

/** Returns the error for a key that was used for another request. */
export function idempotencyMismatch(): RowhouseError {
  return new RowhouseError(
    'idempotency_mismatch',
    'This Idempotency-Key was used for another request: the method, the URL, the body or X-Value-Format differs.',
  );
}

/** Returns the error for a table outside the token's tables, whether or not the table exists. */
export function limitedToOtherTables(options: { readonly cause?: unknown } = {}): RowhouseError {
  return new RowhouseError('permission_denied', 'The token may not access this table.', options);
}

/** Returns the same error for a wrong password, an unknown user and an unknown project. */
export function invalidCredentials(): RowhouseError {
  return new RowhouseError('invalid_credentials', 'The username or the password is wrong.');
}
