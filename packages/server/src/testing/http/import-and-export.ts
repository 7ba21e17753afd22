import type { Answer, CallOptions, TestServer } from './test-server.ts';

export interface ImportCall extends Pick<CallOptions, 'token' | 'headers'> {
  readonly query?: string;
}

/** Imports a file, valid or not, as the database of a project. */
export function importDatabase(
  server: TestServer,
  project: string,
  body: NonNullable<CallOptions['body']>,
  { query = '', headers, ...options }: ImportCall = {},
): Promise<Answer> {
  return server.call('POST', `/projects/${project}/import/sqlite${query}`, {
    ...options,
    body,
    headers: { 'content-type': 'application/vnd.sqlite3', ...headers },
  });
}

/** The bytes of the project's schema export, which are the same while the schema is unchanged. */
export async function exportedSchema(server: TestServer, project: string, format = 'sql'): Promise<string> {
  const { body } = await server.call('POST', `/projects/${project}/export/schema`, { json: { format } });
  if (body.error !== null) throw new Error(`the schema cannot be exported: ${body.error.message}`);
  const download = await server.fetch('GET', body.data.export.download_url);
  return await download.text();
}
