import assert from 'node:assert/strict';
import { join } from 'node:path';

import { type ErrorCode, errorRegistry } from '../../core/errors.ts';
import { databaseFile } from '../databases/database-file.ts';
import { runSqliteShell } from '../tools/sqlite-shell.ts';
import { borrowTestServer } from './borrowed-server.ts';
import { importDatabase } from './import-and-export.ts';
import type { Answer } from './test-server.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A project on a borrowed server, for its client and the `sqlite3` shell. */
export interface ProjectClient extends AsyncDisposable {
  /** @param path below the project: `records/contacts`. @param json a string is sent unchanged. */
  call(method: string, path: string, json?: unknown): Promise<Answer>;
  /** The answer's data; fails if there is none. */
  data(method: string, path: string, json?: unknown): Promise<Answer['body']['data']>;
  /** The same for a call that must fail with this code. */
  refuse(code: ErrorCode, method: string, path: string, json?: unknown): Promise<Answer>;
  /** The exact text of the answer. */
  text(path: string): Promise<string>;
  /** The output of these statements in the shell, run on the project's file while the server has it open. */
  shell(statements: string): string;
}

/** @param statements create the project's database; null for an empty one. */
export async function startProject(statements: string | null): Promise<ProjectClient> {
  const server = await borrowTestServer();
  const token = await server.createProject('crm');
  if (statements !== null) {
    const imported = await importDatabase(server, 'crm', databaseFile(statements));
    assert.equal(imported.status, 201, JSON.stringify(imported.body.error));
  }
  const call: ProjectClient['call'] = (method, path, json) => {
    const body = typeof json === 'string' ? { body: json, headers: JSON_BODY } : { json };
    return server.call(method, `/projects/crm/${path}`, { token, ...(json !== undefined && body) });
  };
  return {
    call,
    data: async (method, path, json) => {
      const { body } = await call(method, path, json);
      assert.equal(body.error, null, `${method} ${path}: ${JSON.stringify(body.error)}`);
      return body.data;
    },
    refuse: async (code, method, path, json) => {
      const answer = await call(method, path, json);
      const what = `${method} ${path} ${JSON.stringify(json)?.slice(0, 200)}: ${JSON.stringify(answer.body)}`;
      assert.equal(answer.body.error?.code, code, what.slice(0, 1_000));
      assert.equal(answer.status, errorRegistry[code].status);
      return answer;
    },
    text: async (path) => (await server.fetch('GET', `/projects/crm/${path}`, { token })).text(),
    shell: (text) =>
      runSqliteShell(join(server.dataDir, 'projects', 'crm', 'database.sqlite'), text).trimEnd(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const JSON_BODY = { 'content-type': 'application/json' };

/** The query parameter for these filters. */
export function filtersQuery(filters: unknown): string {
  return `filters=${encodeURIComponent(JSON.stringify(filters))}`;
}
