import type { Rights, Scope } from '../core/scopes.ts';
import type { TokenRow } from './tables.ts';

/** The rights of a token or a project user, as they are stored. */
export type RightsColumns = Pick<TokenRow, 'scopes' | 'tables'>;

/** Parses the columns that `toRightsColumns` wrote. */
export function rightsOf({ scopes, tables }: RightsColumns): Rights {
  return {
    scopes: scopes === null ? null : (JSON.parse(scopes) as readonly Scope[]),
    tables: tables === null ? null : (JSON.parse(tables) as readonly string[]),
  };
}

export function toRightsColumns({ scopes, tables }: Rights): RightsColumns {
  return {
    scopes: scopes === null ? null : JSON.stringify(scopes),
    tables: tables === null ? null : JSON.stringify(tables),
  };
}
