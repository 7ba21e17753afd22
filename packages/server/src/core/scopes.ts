/** What a token may be allowed, one by one. A token that was given none of them by name has all. */
export const SCOPES = [
  'records:read',
  'records:write',
  'schema:read',
  'schema:write',
  'query',
  'exports',
  'tokens',
  'project',
] as const;

export type Scope = (typeof SCOPES)[number];
