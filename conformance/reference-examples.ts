import {
  COUNT,
  DOWNLOAD_URL,
  type Expected,
  EXPORT_ID,
  followedBy,
  ID,
  TIME,
  TIME_OR_NULL,
  TOKEN,
} from './expected.ts';

/**
 * The requests that the documentation of the reference shows, with the data of their answers. They are written as in the documentation:
 * `example_project` is the project of the request, `support_app` a slug that is free, `123` an account user of the project, and
 * `{token_id}` the id of the request's token.
 */
export interface Example {
  /** The method and the URL. */
  readonly request: string;
  /** 200 by default. */
  readonly status?: 201;
  /** What the project contains: requests that are sent first. */
  readonly given?: readonly Given[];
  readonly basic: Form;
  /** The request with every field, which is sent with both headers of an operation. By default, it equals the basic one. */
  readonly full?: Form;
}

interface Form {
  readonly query?: string;
  readonly body?: object;
  readonly data: Expected;
}

type Given = readonly [request: string, body: object];

const TABLE = 'POST /projects/example_project/table';
const CONTACTS = 'POST /projects/example_project/records/contacts';

const EMAIL = { column_name: 'email', column_type: 'TEXT', is_nullable: false, is_unique: true };
const STATUS = { column_name: 'status', column_type: 'TEXT' };
const ADA = { email: 'ada@example.com', status: 'active' };

const contacts: readonly Given[] = [
  [TABLE, { table_name: 'contacts', display_name: 'Contacts', columns: [EMAIL, STATUS] }],
  [CONTACTS, ADA],
];

const datedContacts: readonly Given[] = [
  [
    TABLE,
    {
      table_name: 'contacts',
      columns: [EMAIL, STATUS, { column_name: 'created_at' }, { column_name: 'updated_at' }],
    },
  ],
  [
    CONTACTS,
    {
      rows: [
        { ...ADA, created_at: '2026-01-12', updated_at: '2026-05-04' },
        { email: 'mei@example.com', status: 'draft', created_at: '2024-11-20', updated_at: '2025-12-01' },
        { email: 'bo@example.com', status: 'draft', created_at: '2024-12-31', updated_at: '2025-12-31' },
      ],
    },
  ],
];

const library: readonly Given[] = [
  [TABLE, { table_name: 'books', columns: [{ column_name: 'title' }, { column_name: 'status' }] }],
  [
    'POST /projects/example_project/records/books',
    {
      rows: [
        { title: 'Frankenstein', status: 'late' },
        { title: 'Middlemarch', status: 'available' },
        { title: 'Moby-Dick', status: 'late' },
      ],
    },
  ],
  [TABLE, { table_name: 'members', columns: [{ column_name: 'email' }, { column_name: 'name' }] }],
  [
    'POST /projects/example_project/records/members',
    {
      rows: [
        { email: 'ada@example.org', name: 'Ada Novak' },
        { email: 'chinedu@example.org', name: 'Chinedu Okafor' },
        { email: 'mei@example.org', name: 'Mei Tanaka' },
      ],
    },
  ],
  [
    TABLE,
    {
      table_name: 'loans',
      columns: [
        { column_name: 'member_id', column_type: 'INTEGER' },
        { column_name: 'book_id', column_type: 'INTEGER' },
        { column_name: 'due_date' },
        { column_name: 'returned_at' },
      ],
    },
  ],
  [
    'POST /projects/example_project/records/loans',
    {
      rows: [
        { member_id: 1, book_id: 1, due_date: '2026-05-25' },
        { member_id: 2, book_id: 3, due_date: '2026-05-29' },
        { member_id: 3, book_id: 2, due_date: '2026-05-20', returned_at: '2026-05-19' },
        { member_id: 3, book_id: 2, due_date: '2026-06-15' },
      ],
    },
  ],
];

const contactsTable = {
  id: ID,
  table_name: 'contacts',
  display_name: 'Contacts',
  created_at: TIME,
  updated_at: TIME,
};

function column(fields: {
  readonly column_name: string;
  readonly column_type?: 'INTEGER';
  readonly is_nullable: 0 | 1;
  readonly is_primary?: 1;
  readonly is_unique: 0 | 1;
}): Expected {
  return followedBy(
    {
      id: ID,
      table_name: 'contacts',
      column_name: fields.column_name,
      column_type: fields.column_type ?? 'TEXT',
      is_nullable: fields.is_nullable,
      default_value: null,
      is_primary: fields.is_primary ?? 0,
      is_unique: fields.is_unique,
      created_at: TIME,
      updated_at: TIME,
    },
    'default_expression',
  );
}

const idColumn = column({
  column_name: 'id',
  column_type: 'INTEGER',
  is_nullable: 0,
  is_primary: 1,
  is_unique: 1,
});
const emailColumn = column({ column_name: 'email', is_nullable: 0, is_unique: 1 });
const emailAddressColumn = column({ column_name: 'email_address', is_nullable: 0, is_unique: 1 });
const phoneColumn = column({ column_name: 'phone', is_nullable: 1, is_unique: 0 });
const statusColumn = column({ column_name: 'status', is_nullable: 1, is_unique: 0 });

function manifest(fields: {
  readonly kind: string;
  readonly table: string | null;
  readonly format: string;
  readonly download_name: string;
  readonly content_type: string;
  readonly row_count: number | null;
  readonly table_count: number | null;
}): Expected {
  return followedBy(
    {
      id: EXPORT_ID,
      kind: fields.kind,
      scope: 'project',
      project: 'example_project',
      table: fields.table,
      format: fields.format,
      download_name: fields.download_name,
      download_url: DOWNLOAD_URL,
      storage_backend: 'local',
      content_type: fields.content_type,
      row_count: fields.row_count,
      table_count: fields.table_count,
      size_bytes: COUNT,
      status: 'ready',
      status_reason: null,
      missing_at: null,
      created_at: TIME,
      expires_at: null,
    },
    'sha256',
    'download_count',
    'progress',
    'notes',
  );
}

const newToken: Expected = {
  token: followedBy(
    {
      token: TOKEN,
      token_id: ID,
      token_type: 'project_api_token',
      token_name: 'production-api',
      expires_at: null,
    },
    'created_at',
    'scopes',
    'tables',
    'account_user_id',
    'project_username',
  ),
};

const accessTest: Expected = {
  // In the reference this token does not expire.
  token: { token: TOKEN, token_id: ID, token_type: 'project_api_token', expires_at: TIME_OR_NULL },
  test: {
    project: 'example_project',
    table: 'contacts',
    sample_row: { id: 1, email: 'ada@example.com', status: 'active' },
  },
};

function renamedProject(name: string): Expected {
  return {
    project: {
      id: ID,
      project_slug: 'example_project',
      project_name: name,
      created_at: TIME,
      updated_at: TIME,
    },
  };
}

const supportApp = {
  project_slug: 'support_app',
  project_name: 'Support App',
  initial_project_user: { username: 'server', password: 'replace-with-a-long-password' },
  tables: [
    {
      table_name: 'tickets',
      columns: [
        { column_name: 'id', column_type: 'INTEGER', is_primary: true, is_nullable: false },
        { column_name: 'subject', column_type: 'TEXT', is_nullable: false },
        { column_name: 'status', column_type: 'TEXT', default_value: 'open' },
      ],
      seed: [{ subject: 'First ticket', status: 'open' }],
    },
  ],
};

// The documentation shows no answer of this route.
const newProject = followedBy(
  {},
  'project',
  'initial_project_user',
  'tables',
  'indexes',
  'project_api_tokens',
);

export const EXAMPLES: readonly Example[] = [
  {
    request: 'GET /projects/example_project/auth/me',
    basic: {
      data: {
        token: {
          id: ID,
          token_type: 'project_api_token',
          token_name: 'default',
          expires_at: null,
          revoked_at: null,
          last_used_at: TIME,
          created_at: TIME,
        },
      },
    },
  },
  {
    request: 'POST /projects/example_project/auth/tokens',
    status: 201,
    basic: { body: { token_name: 'production-api' }, data: newToken },
    full: { body: { token_type: 'project_api_token', token_name: 'production-api' }, data: newToken },
  },
  {
    request: 'POST /projects/example_project/auth/tokens/test',
    status: 201,
    given: contacts,
    basic: { body: { table_name: 'contacts' }, data: accessTest },
    full: { body: { token_name: 'temporary-access-test', table_name: 'contacts' }, data: accessTest },
  },
  {
    request: 'DELETE /projects/example_project/auth/tokens/{token_id}',
    basic: { data: { revoked: true, token_id: ID } },
  },
  {
    request: 'PATCH /projects/example_project',
    basic: { body: { project_name: 'Example CRM' }, data: renamedProject('Example CRM') },
    full: {
      body: { project_name: 'Example CRM Production' },
      data: renamedProject('Example CRM Production'),
    },
  },
  {
    request: 'DELETE /projects/example_project',
    basic: {
      body: { confirm_project_slug: 'example_project' },
      data: { deleted: true, project_slug: 'example_project' },
    },
  },
  {
    request: 'POST /bootstrap',
    status: 201,
    basic: { body: supportApp, data: newProject },
    full: {
      body: {
        ...supportApp,
        project_api_tokens: [{ account_user_id: 123, token_name: 'support-app-server' }],
      },
      data: newProject,
    },
  },
  {
    request: 'POST /projects/example_project/table',
    status: 201,
    basic: {
      body: { table_name: 'contacts', display_name: 'Contacts' },
      data: { table: contactsTable, columns: [idColumn] },
    },
    full: {
      body: {
        table_name: 'contacts',
        display_name: 'Contacts',
        columns: [
          {
            column_name: 'id',
            column_type: 'INTEGER',
            is_primary: true,
            is_nullable: false,
            is_unique: true,
          },
          { column_name: 'email', column_type: 'TEXT', is_nullable: false, is_unique: true },
        ],
      },
      data: { table: contactsTable, columns: [idColumn, emailColumn] },
    },
  },
  {
    request: 'GET /projects/example_project/table/contacts',
    given: contacts,
    basic: {
      data: followedBy(
        { table: contactsTable, columns: [idColumn, emailColumn, statusColumn] },
        'indexes',
        'foreign_keys',
      ),
    },
  },
  {
    request: 'GET /projects/example_project/table/1',
    given: contacts,
    basic: {
      data: followedBy(
        { table: contactsTable, columns: [idColumn, emailColumn, statusColumn] },
        'indexes',
        'foreign_keys',
      ),
    },
  },
  {
    request: 'PATCH /projects/example_project/table/contacts',
    given: contacts,
    basic: { body: { display_name: 'Contacts' }, data: { table: contactsTable } },
    full: {
      body: { display_name: 'Sales Contacts' },
      data: { table: { ...contactsTable, display_name: 'Sales Contacts' } },
    },
  },
  {
    request: 'PATCH /projects/example_project/table/1',
    given: contacts,
    basic: { body: { display_name: null }, data: { table: { ...contactsTable, display_name: null } } },
  },
  {
    request: 'GET /projects/example_project/column/contacts',
    given: contacts,
    basic: { data: { table: 'contacts', columns: [idColumn, emailColumn, statusColumn] } },
  },
  {
    request: 'POST /projects/example_project/column/contacts',
    status: 201,
    given: contacts,
    basic: { body: { column_name: 'phone' }, data: { table: 'contacts', column: phoneColumn } },
    full: {
      body: {
        column_name: 'phone',
        column_type: 'TEXT',
        is_nullable: true,
        default_value: null,
        is_unique: false,
        is_primary: false,
      },
      data: { table: 'contacts', column: phoneColumn },
    },
  },
  {
    request: 'PATCH /projects/example_project/column/contacts/email',
    given: contacts,
    basic: {
      body: { new_column_name: 'email_address' },
      data: { table: 'contacts', column: emailAddressColumn },
    },
    full: {
      body: {
        new_column_name: 'email_address',
        column_type: 'TEXT',
        is_nullable: false,
        default_value: null,
        is_unique: true,
      },
      data: { table: 'contacts', column: emailAddressColumn },
    },
  },
  {
    request: 'PATCH /projects/example_project/column/contacts',
    given: contacts,
    basic: {
      body: { columns: [{ column_name: 'email', is_unique: true }] },
      data: { updated_count: 1 },
    },
    full: {
      body: {
        columns: [
          {
            column_name: 'email',
            new_column_name: 'email_address',
            column_type: 'TEXT',
            is_nullable: false,
            default_value: null,
            is_unique: true,
          },
        ],
      },
      data: { updated_count: 1 },
    },
  },
  {
    request: 'DELETE /projects/example_project/column/contacts/phone',
    given: [...contacts, ['POST /projects/example_project/column/contacts', { column_name: 'phone' }]],
    basic: { data: { deleted: true, column_name: 'phone' } },
  },
  {
    request: 'POST /projects/example_project/indexes/contacts',
    status: 201,
    given: datedContacts,
    basic: {
      body: { columns: ['email'] },
      data: {
        index: {
          name: 'idx_contacts_email',
          unique: false,
          origin: 'c',
          partial: false,
          columns: ['email'],
          managed: true,
        },
      },
    },
    full: {
      body: {
        columns: ['status', 'created_at'],
        index_name: 'idx_contacts_status_created_at',
        unique: false,
      },
      data: {
        index: {
          name: 'idx_contacts_status_created_at',
          unique: false,
          origin: 'c',
          partial: false,
          columns: ['status', 'created_at'],
          managed: true,
        },
      },
    },
  },
  {
    request: 'GET /projects/example_project/records/contacts',
    given: [...contacts, [CONTACTS, { email: 'bo@example.com', status: 'draft' }]],
    basic: {
      data: {
        table: 'contacts',
        rows: [
          { id: 1, email: 'ada@example.com', status: 'active' },
          { id: 2, email: 'bo@example.com', status: 'draft' },
        ],
        limit: 100,
        offset: 0,
        returned: 2,
        has_more: false,
      },
    },
    full: {
      query:
        '?filters=[{"column":"status","op":"=","value":"active"}]&sort=id&order=desc&limit=50&offset=0&include_count=true',
      data: {
        table: 'contacts',
        rows: [{ id: 1, email: 'ada@example.com', status: 'active' }],
        limit: 50,
        offset: 0,
        returned: 1,
        has_more: false,
        total_count: 1,
      },
    },
  },
  {
    request: 'PATCH /projects/example_project/records/contacts/1',
    given: contacts,
    basic: {
      body: { status: 'active' },
      data: { table: 'contacts', row: { id: 1, email: 'ada@example.com', status: 'active' } },
    },
    full: {
      body: { data: { email: 'ada@lovelace.example', status: 'active' } },
      data: { table: 'contacts', row: { id: 1, email: 'ada@lovelace.example', status: 'active' } },
    },
  },
  {
    request: 'DELETE /projects/example_project/records/contacts/1',
    given: contacts,
    basic: { data: { deleted: true, table: 'contacts', id: '1' } },
  },
  {
    request: 'PATCH /projects/example_project/records/contacts',
    given: datedContacts,
    basic: {
      body: {
        data: { status: 'archived' },
        where: [
          { column: 'status', op: '=', value: 'draft' },
          { column: 'updated_at', op: '<', value: '2026-01-01' },
        ],
      },
      data: { table: 'contacts', affected_rows: 2 },
    },
  },
  {
    request: 'DELETE /projects/example_project/records/contacts',
    given: [
      ...datedContacts,
      [CONTACTS, { rows: ['a', 'b'].map((name) => ({ email: `${name}@example.net`, status: 'spam' })) }],
    ],
    basic: { body: { where: { status: 'spam' } }, data: { table: 'contacts', affected_rows: 2 } },
    full: {
      body: { where: [{ column: 'created_at', op: '<', value: '2025-01-01' }], allow_all: false },
      data: { table: 'contacts', affected_rows: 2 },
    },
  },
  {
    request: 'POST /projects/example_project/query',
    given: contacts,
    basic: {
      body: { sql: 'SELECT id, email FROM contacts LIMIT 10' },
      data: followedBy(
        { rows: [{ id: 1, email: 'ada@example.com' }], row_count: 1, limit: 500, duration_ms: COUNT },
        'columns',
        'truncated',
      ),
    },
    full: {
      body: {
        query: 'SELECT id, email FROM contacts WHERE status = :status ORDER BY id DESC',
        params: { status: 'active' },
        limit: 1000,
      },
      data: followedBy(
        { rows: [{ id: 1, email: 'ada@example.com' }], row_count: 1, limit: 1000, duration_ms: COUNT },
        'columns',
        'truncated',
      ),
    },
  },
  {
    request: 'POST /projects/example_project/query',
    given: library,
    basic: {
      body: { sql: 'SELECT id, title FROM books WHERE status = ?', params: ['late'] },
      data: followedBy(
        {
          rows: [
            { id: 1, title: 'Frankenstein' },
            { id: 3, title: 'Moby-Dick' },
          ],
          row_count: 2,
          limit: 500,
          duration_ms: COUNT,
        },
        'columns',
        'truncated',
      ),
    },
  },
  {
    request: 'POST /projects/example_project/query',
    given: library,
    basic: {
      body: {
        sql: 'SELECT member_id, book_id, due_date FROM loans WHERE returned_at IS NULL AND due_date < ?',
        params: ['2026-06-01'],
      },
      data: followedBy(
        {
          rows: [
            { member_id: 1, book_id: 1, due_date: '2026-05-25' },
            { member_id: 2, book_id: 3, due_date: '2026-05-29' },
          ],
          row_count: 2,
          limit: 500,
          duration_ms: COUNT,
        },
        'columns',
        'truncated',
      ),
    },
  },
  {
    request: 'POST /projects/example_project/query',
    given: library,
    basic: {
      body: { sql: 'SELECT id, email, name FROM members WHERE id IN (?, ?)', params: [1, 2] },
      data: followedBy(
        {
          rows: [
            { id: 1, email: 'ada@example.org', name: 'Ada Novak' },
            { id: 2, email: 'chinedu@example.org', name: 'Chinedu Okafor' },
          ],
          row_count: 2,
          limit: 500,
          duration_ms: COUNT,
        },
        'columns',
        'truncated',
      ),
    },
  },
  {
    request: 'POST /projects/example_project/export/schema',
    status: 201,
    given: contacts,
    basic: {
      body: {},
      data: {
        export: manifest({
          kind: 'schema_export',
          table: null,
          format: 'json',
          download_name: 'example_project_schema_export.json',
          content_type: 'application/json; charset=utf-8',
          row_count: null,
          table_count: null,
        }),
      },
    },
    full: {
      body: { format: 'sql', file_name: 'example_project_schema' },
      data: {
        export: manifest({
          kind: 'schema_export',
          table: null,
          format: 'sql',
          download_name: 'example_project_schema.sql',
          content_type: 'application/sql; charset=utf-8',
          row_count: null,
          table_count: null,
        }),
      },
    },
  },
  {
    request: 'POST /projects/example_project/export/database',
    status: 201,
    given: [
      ...contacts,
      [CONTACTS, { email: 'bo@example.com', status: 'draft' }],
      [TABLE, { table_name: 'companies', columns: [{ column_name: 'name' }] }],
      [
        'POST /projects/example_project/records/companies',
        { rows: [{ name: 'Harbour Books' }, { name: 'Northgate Press' }] },
      ],
    ],
    basic: {
      body: {},
      data: {
        export: manifest({
          kind: 'database_export',
          table: null,
          format: 'zip',
          download_name: 'example_project_database_export.zip',
          content_type: 'application/zip',
          row_count: 4,
          table_count: 2,
        }),
      },
    },
    full: {
      body: {
        format: 'json',
        include_tables: ['contacts', 'companies'],
        exclude_tables: [],
        table_options: {
          contacts: {
            columns: ['id', 'email'],
            filters: { status: 'active' },
            sort: 'id',
            order: 'asc',
            limit: 1000,
            offset: 0,
          },
        },
        file_name: 'crm_database',
      },
      data: {
        export: manifest({
          kind: 'database_export',
          table: null,
          format: 'json',
          download_name: 'crm_database.json',
          content_type: 'application/json; charset=utf-8',
          row_count: 3,
          table_count: 2,
        }),
      },
    },
  },
  {
    request: 'GET /projects/example_project/exports',
    given: [
      ...contacts,
      [
        CONTACTS,
        { rows: Array.from({ length: 24 }, (_, i) => ({ email: `${i}@example.com`, status: 'draft' })) },
      ],
      ['POST /projects/example_project/export/table/contacts', {}],
    ],
    basic: {
      data: {
        exports: [
          manifest({
            kind: 'table_export',
            table: 'contacts',
            format: 'csv',
            download_name: 'contacts.csv',
            content_type: 'text/csv; charset=utf-8',
            row_count: 25,
            table_count: null,
          }),
        ],
        limit: 50,
        offset: 0,
        returned: 1,
        has_more: false,
      },
    },
  },
];
