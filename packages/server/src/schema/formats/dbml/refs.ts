import { compareNames } from '../../identifier.ts';
import type { OrdinaryTable } from '../../model.ts';
import { type Reference, type ReferenceEnd, readReferences } from '../shared/references.ts';

/**
 * The foreign keys that DBML accepts: their ends differ, and no other ref has the same ends in either direction. `lost` are the tables
 * of the others.
 */
export function readRefs(tables: readonly OrdinaryTable[]): {
  readonly refs: readonly Reference[];
  readonly lost: readonly OrdinaryTable[];
} {
  const { references, lost } = readReferences(tables);
  const known = new Set<string>();
  const refs: Reference[] = [];
  const repeated: OrdinaryTable[] = [];
  for (const reference of references) {
    const ends = [reference.child, reference.parent].map(described).toSorted(compareNames);
    const key = JSON.stringify(ends);
    if (ends[0] === ends[1] || known.has(key)) {
      repeated.push(reference.child.table);
    } else {
      known.add(key);
      refs.push(reference);
    }
  }
  return { refs, lost: [...lost, ...repeated] };
}

/** DBML compares the columns of an end as a set. */
function described({ table, columns }: ReferenceEnd): string {
  return JSON.stringify([table.name, columns.toSorted(compareNames)]);
}
