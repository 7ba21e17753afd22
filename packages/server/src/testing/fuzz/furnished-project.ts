import type { TestServer } from '../http/test-server.ts';

/** A project that contains everything the document's examples use, with its own slug. */
export interface FurnishedProject {
  readonly slug: string;
  readonly token: string;
  readonly exportId: string;
}

export async function furnishProject(server: TestServer, slug: string): Promise<FurnishedProject> {
  const token = await server.createProject(slug);
  const post = async (path: string, json: unknown) => {
    const { status, body } = await server.call('POST', `/projects/${slug}${path}`, { json });
    if (status !== 201) throw new Error(`${path}: ${JSON.stringify(body)}`);
    return body.data;
  };
  await post('/table', PEOPLE);
  await post('/table', VISITS);
  await post('/indexes/people', { columns: ['age', 'email'] });
  await post('/records/people', { rows: ROWS });
  const { export: made } = await post('/export/schema', {});
  return { slug, token, exportId: made.id };
}

const PEOPLE = {
  table_name: 'people',
  columns: [
    { column_name: 'email', is_nullable: false, is_unique: true },
    { column_name: 'age', column_type: 'INTEGER', default_value: 18 },
    { column_name: 'phone' },
  ],
  checks: ['age >= 0'],
};

const VISITS = {
  table_name: 'visits',
  columns: [{ column_name: 'person', column_type: 'INTEGER' }],
  foreign_keys: [{ columns: ['person'], references_table: 'people' }],
};

const ROWS = [
  { id: 1, email: 'ada@example.com', age: 36 },
  { id: 2, email: 'bob@example.com' },
];

/** The request with this project's slug: the document's examples use a project named `orchard`. */
export function forProject(text: string, { slug, exportId }: FurnishedProject): string {
  return text.replaceAll('orchard', slug).replaceAll(/exp_\d{8}_\d{6}_[0-9a-f]{10}/g, exportId);
}

/** Words with a meaning for the project or the service. */
export const WORDS: readonly string[] = [
  ...'people People visits email age phone person id 1 2 orchard idx_people_age_email'.split(' '),
  ...'TEXT integer CASCADE asc desc -age,email ready sql json ada@example.com 2096-11-24T00:00:00Z'.split(
    ' ',
  ),
  ...'data rows where on_conflict return none columns action update ignore allow_all'.split(' '),
  '[{"column":"age","op":">=","value":18}]',
  'SELECT * FROM people',
];
