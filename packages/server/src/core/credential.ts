import type { Scope } from './scopes.ts';

/** Who sends a request, and what it may do. */
export type Credential =
  | { readonly kind: 'admin' }
  | {
      readonly kind: 'project_token';
      readonly tokenId: number;
      readonly projectId: number;
      readonly projectSlug: string;
      /** Null for every one. */
      readonly scopes: readonly Scope[] | null;
      /** The tables that it is limited to; null for every one. */
      readonly tables: readonly string[] | null;
    };
