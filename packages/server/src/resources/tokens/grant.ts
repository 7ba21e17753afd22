import type { Rights } from '../../core/scopes.ts';
import { fullRights } from '../../http/access/rights.ts';

/** The rights and expiry of a token. */
export interface Grant extends Rights {
  /** Null for no expiry. */
  readonly expiresAt: string | null;
}

export const fullGrant: Grant = { ...fullRights, expiresAt: null };
