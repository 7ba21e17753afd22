import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { type ProjectClient, startProject } from '../../testing/http/project-client.ts';
import { fieldsAtFault } from '../../testing/http/test-server.ts';

let project: ProjectClient;

before(async () => {
  project = await startProject(`
    CREATE TABLE parents(id INTEGER PRIMARY KEY, code TEXT UNIQUE);
    INSERT INTO parents VALUES (1, 'a'), (2, 'b'), (3, 'c');
    CREATE TABLE children(
      id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents, code TEXT REFERENCES parents(code) ON DELETE CASCADE,
      n INTEGER CHECK (n > 0), m TEXT NOT NULL DEFAULT 'm', CONSTRAINT "not bad" CHECK (m <> 'bad'));
    INSERT INTO children(id, parent, code, n) VALUES (1, 1, NULL, 1), (2, NULL, 'b', 1);
    CREATE TABLE later(id INTEGER PRIMARY KEY, up INTEGER REFERENCES later DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO later VALUES (1, 1);
    CREATE TABLE guarded(id INTEGER PRIMARY KEY, v TEXT);
    INSERT INTO guarded VALUES (50, 'keep');
    CREATE TRIGGER g1 BEFORE INSERT ON guarded WHEN NEW.v = 'abort' BEGIN SELECT RAISE(ABORT, 'no abort'); END;
    CREATE TRIGGER g2 BEFORE INSERT ON guarded WHEN NEW.v = 'fail' BEGIN SELECT RAISE(FAIL, 'no fail'); END;
    CREATE TRIGGER g3 BEFORE INSERT ON guarded WHEN NEW.v = 'rollback' BEGIN SELECT RAISE(ROLLBACK, 'no rollback'); END;
    CREATE TRIGGER g4 BEFORE INSERT ON guarded WHEN NEW.v = 'ignore' BEGIN SELECT RAISE(IGNORE); END;
    CREATE TRIGGER g5 AFTER INSERT ON guarded WHEN NEW.v = 'up' BEGIN UPDATE guarded SET v = 'UP' WHERE id = NEW.id; END;
    CREATE TRIGGER g6 AFTER INSERT ON guarded WHEN NEW.v = 'gone' BEGIN DELETE FROM guarded WHERE id = NEW.id; END;
    CREATE TRIGGER g7 AFTER INSERT ON guarded WHEN NEW.v = 'broken' BEGIN SELECT json('nope'); END;
    CREATE TRIGGER g8 BEFORE UPDATE ON guarded WHEN NEW.v = 'ignore' BEGIN SELECT RAISE(IGNORE); END;
    CREATE TRIGGER g9 BEFORE DELETE ON guarded WHEN OLD.v = 'keep' BEGIN SELECT RAISE(IGNORE); END;
    CREATE TABLE ignoring(id INTEGER PRIMARY KEY, e UNIQUE ON CONFLICT IGNORE);
    CREATE TABLE replacing(id INTEGER PRIMARY KEY, e UNIQUE ON CONFLICT REPLACE);
    CREATE TABLE undoing(id INTEGER PRIMARY KEY, e UNIQUE ON CONFLICT ROLLBACK);
    CREATE TABLE failing(id INTEGER PRIMARY KEY, e UNIQUE ON CONFLICT FAIL);
    INSERT INTO ignoring VALUES (1, 'a'); INSERT INTO replacing VALUES (1, 'a');
    INSERT INTO undoing VALUES (1, 'a'); INSERT INTO failing VALUES (1, 'a');
    CREATE TABLE partly(id INTEGER PRIMARY KEY, e TEXT, gone INT, d TEXT DEFAULT 'same');
    CREATE UNIQUE INDEX partly_e ON partly(e) WHERE gone = 0;
    CREATE UNIQUE INDEX partly_lower ON partly(lower(e));
    CREATE UNIQUE INDEX partly_d ON partly(d COLLATE NOCASE);
  `);
});
after(() => project[Symbol.asyncDispose]());

describe('a violated constraint is reported with its columns', () => {
  const cases: readonly (readonly [
    method: string,
    path: string,
    json: unknown,
    says: RegExp,
    fields: string[],
  ])[] = [
    ['POST', 'children', { parent: 99 }, /FOREIGN KEY.*parent references a row of parents/, ['body.parent']],
    ['POST', 'children', { data: { code: 'z' } }, /FOREIGN KEY.*code references/, ['body.data.code']],
    ['POST', 'children', { rows: [{ parent: 1 }, { parent: 9 }] }, /parents/, ['body.rows[1].parent']],
    ['PATCH', 'children/1', { parent: 99 }, /FOREIGN KEY/, ['body.parent']],
    ['PATCH', 'children', { data: { parent: 9 }, where: { id: 1 } }, /FOREIGN KEY/, ['body.data.parent']],
    ['DELETE', 'parents/1', undefined, /FOREIGN KEY.*rows of children reference this row/, []],
    ['DELETE', 'parents', { where: { id: 1 } }, /rows of children reference this row/, []],
    ['PATCH', 'parents/1', { id: 77 }, /rows of children reference this row/, []],
    [
      'POST',
      'parents',
      { id: 50, code: 'a', on_conflict: { columns: ['code'], action: 'update' } },
      /refer/,
      [],
    ],
    ['POST', 'children', { n: 0 }, /CHECK constraint failed: n > 0/, []],
    ['POST', 'children', { m: 'bad' }, /CHECK constraint failed: not bad/, []],
    ['POST', 'children', { m: null }, /NOT NULL constraint failed: children.m/, ['body.m']],
    ['POST', 'children', { id: 1 }, /UNIQUE constraint failed: children.id/, ['body.id']],
    ['POST', 'children', { id: 'abc' }, /must be an integer/, ['body.id']],
    ['PATCH', 'children/1', { id: 1.5 }, /must be an integer/, ['body.id']],
    ['POST', 'parents', { code: 'a' }, /UNIQUE constraint failed: parents.code/, ['body.code']],
    ['PATCH', 'parents', { data: { code: 'same' }, allow_all: true }, /UNIQUE/, ['body.data.code']],
  ];
  for (const [method, path, json, says, fields] of cases) {
    test(`${method} ${path} ${JSON.stringify(json)}`, async () => {
      const stored = project.shell('SELECT * FROM parents; SELECT * FROM children;');
      const refused = await project.refuse('constraint_violation', method, `records/${path}`, json);
      assert.match(refused.body.error?.message ?? '', says);
      assert.deepEqual(fieldsAtFault(refused), fields);
      assert.equal(project.shell('SELECT * FROM parents; SELECT * FROM children;'), stored);
    });
  }
});

test('a deferred foreign key is checked at the end of the write', async () => {
  assert.equal(
    (
      await project.data('POST', 'records/later', {
        rows: [
          { id: 2, up: 3 },
          { id: 3, up: 2 },
        ],
      })
    ).created,
    2,
  );
  assert.equal((await project.data('POST', 'records/later', { id: 4, up: 4 })).row.up, 4);
  const stored = project.shell('SELECT * FROM later;');
  for (const [method, path, json] of [
    ['POST', 'later', { up: 99 }],
    [
      'POST',
      'later',
      {
        rows: [
          { id: 8, up: 8 },
          { id: 9, up: 99 },
        ],
      },
    ],
    ['PATCH', 'later/1', { up: 99 }],
    ['DELETE', 'later/2', undefined],
    ['DELETE', 'later', { where: { id: 3 } }],
  ] as const) {
    const { body } = await project.refuse('constraint_violation', method, `records/${path}`, json);
    assert.match(body.error?.message ?? '', /FOREIGN KEY/);
    assert.equal(project.shell('SELECT * FROM later;'), stored);
  }
});

describe('a trigger', () => {
  for (const action of ['abort', 'fail', 'rollback']) {
    test(`with RAISE(${action}) has its message in the error, and nothing is stored`, async () => {
      const stored = project.shell('SELECT * FROM guarded;');
      for (const json of [{ v: action }, { rows: [{ v: 'first' }, { v: action }] }]) {
        const { body } = await project.refuse('constraint_violation', 'POST', 'records/guarded', json);
        assert.match(body.error?.message ?? '', new RegExp(`no ${action}`));
      }
      assert.equal(project.shell('SELECT * FROM guarded;'), stored);
    });
  }

  test('that ignores a change is reported', async () => {
    const stored = project.shell('SELECT * FROM guarded;');
    for (const json of [{ v: 'ignore' }, { rows: [{ v: 'first' }, { v: 'ignore' }] }]) {
      const { body } = await project.refuse('constraint_violation', 'POST', 'records/guarded', json);
      assert.match(body.error?.message ?? '', /trigger/);
    }
    await project.refuse('constraint_violation', 'PATCH', 'records/guarded/50', { v: 'ignore' });
    await project.refuse('constraint_violation', 'DELETE', 'records/guarded/50');
    await project.refuse('not_found', 'DELETE', 'records/guarded/51');
    const change = { data: { v: 'ignore' }, where: { id: 50 } };
    assert.equal((await project.data('PATCH', 'records/guarded', change)).affected_rows, 0);
    assert.equal((await project.data('DELETE', 'records/guarded', { where: { id: 50 } })).affected_rows, 0);
    assert.equal(project.shell('SELECT * FROM guarded;'), stored);
  });

  test('that fails is a conflict, and changes by a trigger are in the answer', async () => {
    await project.refuse('conflict', 'POST', 'records/guarded', { rows: [{ v: 'first' }, { v: 'broken' }] });
    assert.equal((await project.data('POST', 'records/guarded', { v: 'up' })).row.v, 'UP');
    const many = await project.data('POST', 'records/guarded', { rows: [{ v: 'x' }, { v: 'up' }] });
    assert.deepEqual(
      many.rows.map(({ v }: { v: string }) => v),
      ['x', 'UP'],
    );
  });
});

describe('ON CONFLICT in the schema of the table', () => {
  test('IGNORE stores nothing, and the answer says so', async () => {
    for (const json of [{ e: 'a' }, { rows: [{ e: 'b' }, { e: 'a' }] }]) {
      const { body } = await project.refuse('constraint_violation', 'POST', 'records/ignoring', json);
      assert.match(body.error?.message ?? '', /ON CONFLICT IGNORE/);
    }
    assert.equal(project.shell('SELECT * FROM ignoring;'), '1|a');
  });

  test('REPLACE replaces the other row', async () => {
    assert.equal((await project.data('POST', 'records/replacing', { id: 2, e: 'a' })).row.id, 2);
    assert.equal(project.shell('SELECT * FROM replacing;'), '2|a');
  });

  for (const table of ['undoing', 'failing']) {
    test(`of ${table} rolls back all of one request, and no other`, async () => {
      const others = Array.from({ length: 20 }, (_, index) => {
        return project.data('POST', `records/${table}`, { e: `with ${index}` });
      });
      const one = project.refuse('constraint_violation', 'POST', `records/${table}`, { e: 'a' });
      const many = project.refuse('constraint_violation', 'POST', `records/${table}`, {
        rows: [{ e: 'b' }, { e: 'a' }],
      });
      assert.deepEqual(fieldsAtFault(await one), ['body.e']);
      assert.deepEqual(fieldsAtFault(await many), ['body.rows[1].e']);
      await Promise.all(others);
      assert.equal(project.shell(`SELECT count(*), sum(e = 'b') FROM ${table};`), '21|0');
    });
  }
});

describe('an upsert', () => {
  test('uses keys that are unique over the whole table, and not partial indexes or expressions', async () => {
    for (const columns of [['e'], ['gone'], ['e', 'gone']]) {
      const upsert = { e: 'x', on_conflict: { columns, action: 'update' } };
      const refused = await project.refuse('validation_failed', 'POST', 'records/partly', upsert);
      assert.deepEqual(fieldsAtFault(refused), ['body.on_conflict.columns']);
    }
    await project.data('POST', 'records/partly', { e: 'A', gone: 0, d: '1' });
    const { body } = await project.refuse('constraint_violation', 'POST', 'records/partly', {
      e: 'a',
      d: '2',
    });
    assert.match(body.error?.message ?? '', /partly_lower/);
  });

  test('detects a conflict by a default value or by the index’s own collation', async () => {
    const first = await project.data('POST', 'records/partly', { e: 'first' });
    for (const [row, action, e] of [
      [{ e: 'second' }, 'ignore', 'first'],
      [{ e: 'second' }, 'update', 'second'],
      [{ e: 'third', d: 'SAME' }, 'ignore', 'second'],
      [{ e: 'third', d: 'SAME' }, 'update', 'third'],
    ] as const) {
      const upsert = { ...row, on_conflict: { columns: ['d'], action } };
      const { status, body } = await project.call('POST', 'records/partly', upsert);
      assert.deepEqual([status, body.data.row.id, body.data.row.e], [200, first.row.id, e]);
    }
    const many = await project.data('POST', 'records/partly', {
      rows: [{ e: 'fourth' }, { e: 'fifth', d: 'other' }],
      on_conflict: { columns: ['d'], action: 'update' },
    });
    assert.deepEqual([many.created, many.updated, many.ignored], [1, 1, 0]);
  });

  test('of no values is refused', async () => {
    const upsert = { on_conflict: { columns: ['id'], action: 'update' } };
    assert.deepEqual(
      fieldsAtFault(await project.refuse('validation_failed', 'POST', 'records/partly', upsert)),
      ['body'],
    );
  });
});
