import type { DatabaseSync } from 'node:sqlite';

import { type IndexText, readCreateIndex } from '../../../schema/ddl/create-index.ts';
import { compareNames } from '../../../schema/identifier.ts';
import type { Index, IndexTerm, StoredObject } from '../../../schema/model.ts';
import { type IndexFacts, type IndexTermFacts, readAllIndexes } from './index-facts.ts';
import type { UnreadObjects } from './unread-objects.ts';

/** Joins the facts of all indexes with their texts, by the name of the table, each table's sorted by name. */
export function schemaIndexes(
  database: DatabaseSync,
  stored: readonly StoredObject[],
  unread: UnreadObjects,
): ReadonlyMap<string, readonly Index[]> {
  const texts = new Map(stored.map((index) => [index.name, index.sql]));
  const indexes = [...readAllIndexes(database)].map(([table, facts]) => {
    const sorted = facts.toSorted((a, b) => compareNames(a.name, b.name));
    return [table, sorted.map((each) => schemaIndex(each, texts.get(each.name) ?? null, unread))] as const;
  });
  return new Map(indexes);
}

const ORIGINS = { c: 'create', u: 'unique', pk: 'primary_key' } as const;

function schemaIndex(facts: IndexFacts, sql: string | null, unread: UnreadObjects): Index {
  const text = sql === null ? null : readText(facts, sql, unread);
  const { name, unique, origin, terms } = facts;
  return {
    name,
    unique,
    origin: ORIGINS[origin],
    columns: terms.map((term, position) => termOf(term, text?.terms[position]?.expression ?? null)),
    where: text?.where ?? null,
    sql,
  };
}

function readText(
  { name, partial, terms }: IndexFacts,
  sql: string,
  unread: UnreadObjects,
): IndexText | null {
  const text = unread.attempt('index', name, () => readCreateIndex(sql));
  if (text === null) return null;
  const agrees =
    text.terms.length === terms.length &&
    (text.where !== null) === partial &&
    text.terms.every(({ order }, position) => (order === 'DESC') === terms[position]?.descending);
  if (agrees) return text;
  unread.add('index', name, 'the terms of its SQL text differ from those that SQLite reports');
  return null;
}

function termOf(facts: IndexTermFacts, expression: string | null): IndexTerm {
  const { column, kind, collation } = facts;
  const order = facts.descending ? 'DESC' : 'ASC';
  if (column !== null) return { kind: 'column', name: column, order, collation };
  return kind === 'rowid'
    ? { kind: 'rowid', order, collation }
    : { kind: 'expression', expression, order, collation };
}
