import type { Scope } from './scopes.ts';

/** The authenticated sender of a request, and its rights. */
export type Credential =
  | { readonly kind: 'admin' }
  | {
      readonly kind: 'project_token';
      readonly tokenId: number;
      readonly projectId: number;
      readonly projectSlug: string;
      /** Null for all scopes. */
      readonly scopes: readonly Scope[] | null;
      /** The tables that the token is limited to; null for no limit. */
      readonly tables: readonly string[] | null;
    };
