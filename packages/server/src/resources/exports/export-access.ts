import type { ExportRow } from '../../catalog/tables.ts';
import type { Credential } from '../../core/credential.ts';
import { limitedToOtherTables } from '../../core/errors.ts';
import {
  allowedTables,
  hasPermissions,
  requirePermissions,
  type RoutePermissions,
} from '../../http/access/permissions.ts';
import { readsOnly } from './store/export-facts.ts';

type ExportKind = ExportRow['kind'];

/** Refuses a token that is limited to tables, because such an export contains the schema and the rows of every table. */
const WHOLE_PROJECT = { scope: ['exports', 'schema:read', 'records:read'] } as const;

/**
 * The rights that an export of each kind requires: to create it, and to see, download, link to and delete it, also if
 * another client created it. A `table_export` also requires its table.
 */
export const EXPORT_PERMISSIONS = {
  schema_export: WHOLE_PROJECT,
  table_export: { scope: ['exports', 'records:read'], tables: 'checked' },
  database_export: WHOLE_PROJECT,
} as const satisfies Readonly<Record<ExportKind, RoutePermissions>>;

/** The rights that every kind requires, for a route that does not know the kind before it has loaded the export. */
export const ANY_EXPORT_PERMISSIONS = EXPORT_PERMISSIONS.table_export;

/** The viewer of an export: a client with its credential, or the holder of a link, which is itself the permission. */
export type ExportViewer = Credential | { readonly kind: 'link' };

/** @throws RowhouseError `permission_denied`. */
export function requireExport(viewer: ExportViewer, row: Pick<ExportRow, 'kind' | 'reads'>): void {
  if (viewer.kind === 'link') return;
  requirePermissions(viewer, EXPORT_PERMISSIONS[row.kind]);
  const tables = allowedTables(viewer);
  if (tables !== null && !readsOnly(row, tables)) throw limitedToOtherTables();
}

/** The exports that a client may see. */
export interface VisibleExports {
  readonly kinds: readonly ExportKind[];
  /** Only table exports with rows of these tables and of no other, in any case; null for all. */
  readonly tables: readonly string[] | null;
}

export function visibleExports(credential: Credential): VisibleExports {
  const kinds = KINDS.filter((kind) => hasPermissions(credential, EXPORT_PERMISSIONS[kind]));
  return { kinds, tables: allowedTables(credential) };
}

const KINDS = ['schema_export', 'table_export', 'database_export'] as const satisfies readonly ExportKind[];
