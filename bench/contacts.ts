import type { MeasuredServer } from './measured-server.ts';

/** The path of a project's contact records. */
export function contactsOf(project: string): string {
  return `/projects/${project}/records/contacts`;
}

/**
 * Creates a project with a table of contacts: a unique e-mail address, a status and an owner.
 * @returns the project's token.
 */
export async function makeContacts(server: MeasuredServer, project: string, rows: number): Promise<string> {
  const made = await post(server, '/projects', { project_slug: project, project_name: project });
  await post(server, `/projects/${project}/table`, {
    table_name: 'contacts',
    columns: [
      { column_name: 'email', is_unique: true },
      { column_name: 'status' },
      { column_name: 'owner_id', column_type: 'INTEGER' },
    ],
  });
  const contacts = Array.from({ length: rows }, (_, index) => {
    return { email: `${index}@example.com`, status: 'active', owner_id: index % 50 };
  });
  await post(server, contactsOf(project), { rows: contacts, return: 'none' });
  const { data } = JSON.parse(made) as { readonly data: { readonly token: { readonly token: string } } };
  return data.token.token;
}

/** @returns the text of the answer. @throws unless it is a success. */
export async function post(server: MeasuredServer, path: string, body: unknown): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await server.fetch('POST', path, { headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
