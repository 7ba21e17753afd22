import type { ExportRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import {
  allowedTables,
  hasPermissions,
  requirePermissions,
  requireTable,
  type RoutePermissions,
} from '../../http/access/permissions.ts';

type ExportKind = ExportRow['kind'];

/** A token limited to tables is refused: such an export shows the schema and the rows of every table. */
const WHOLE_PROJECT = { scope: ['exports', 'schema:read', 'records:read'] } as const;

/**
 * What a token must be allowed for an export of each kind: to make it, and to see, download, link to and delete one that
 * somebody else made. Of `table_export` also the table.
 */
export const EXPORT_PERMISSIONS = {
  schema_export: WHOLE_PROJECT,
  table_export: { scope: ['exports', 'records:read'], tables: 'checked' },
  database_export: WHOLE_PROJECT,
} as const satisfies Readonly<Record<ExportKind, RoutePermissions>>;

/** What every kind needs, for a route that does not know the kind before it has found the export. */
export const ANY_EXPORT_PERMISSIONS = EXPORT_PERMISSIONS.table_export;

/** Who asks for an export: a client with its credential, or the holder of a link to it, which is the permission itself. */
export type ExportViewer = Credential | { readonly kind: 'link' };

/** @throws RowhouseError `permission_denied`. */
export function requireExport(
  viewer: ExportViewer,
  { kind, table_name }: Pick<ExportRow, 'kind' | 'table_name'>,
): void {
  if (viewer.kind === 'link') return;
  requirePermissions(viewer, EXPORT_PERMISSIONS[kind]);
  if (kind === 'table_export') requireTable(viewer, table_name ?? '');
}

/** The exports that a client may see. */
export interface VisibleExports {
  readonly kinds: readonly ExportKind[];
  /** Of exports of tables only those of these tables, whatever their case; null for all. */
  readonly tables: readonly string[] | null;
}

export function visibleExports(credential: Credential): VisibleExports {
  const kinds = KINDS.filter((kind) => hasPermissions(credential, EXPORT_PERMISSIONS[kind]));
  return { kinds, tables: allowedTables(credential) };
}

const KINDS = ['schema_export', 'table_export', 'database_export'] as const satisfies readonly ExportKind[];
