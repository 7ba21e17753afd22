import type { Rights } from '../../core/scopes.ts';
import { foldName } from '../../schema/identifier.ts';

export const fullRights: Rights = { scopes: null, tables: null };

/** Returns what both allow. */
export function commonRights(one: Rights, other: Rights): Rights {
  return { scopes: common(one.scopes, other.scopes), tables: common(one.tables, other.tables) };
}

/** Returns whether the rights are at most the owner's. */
export function isWithin(rights: Rights, own: Rights): boolean {
  return isSubset(rights.scopes, own.scopes) && isSubset(rights.tables, own.tables);
}

/** Null stands for all names. */
type Names<Name extends string> = readonly Name[] | null;

/** The scopes are in lower case, so they may be compared like the names of tables. */
function common<Name extends string>(one: Names<Name>, other: Names<Name>): Names<Name> {
  if (one === null || other === null) return one ?? other;
  const folded = new Set(other.map(foldName));
  return one.filter((name) => folded.has(foldName(name)));
}

function isSubset<Name extends string>(names: Names<Name>, of: Names<Name>): boolean {
  if (of === null) return true;
  return names !== null && common(names, of)?.length === names.length;
}
