import type {
  DatabaseExportRequest,
  RowSelection,
  TableExportRequest,
} from '../../engine/project-exports.ts';
import { parseExactJson } from '../../http/json/exact-json.ts';
import type { FilterForm } from '../records/filter-fields.ts';

/** What is to be exported, as plain data. */
export type ExportRequest =
  | { readonly kind: 'schema_export'; readonly format: string }
  | ({ readonly kind: 'table_export'; readonly rows: ClientSelection } & TableExportRequest)
  | ({
      readonly kind: 'database_export';
      readonly rows: Readonly<Record<string, ClientSelection>>;
    } & DatabaseExportRequest);

/** Rows of a table, and how the client wrote their filters, which an error names later. */
export interface ClientSelection extends RowSelection {
  readonly filterForm: FilterForm;
}

/** A request as text that says all of it, so that the export can be made later. */
export function writeRequest(request: ExportRequest): string {
  return JSON.stringify(request, exactInteger);
}

/** What `writeRequest` wrote. */
export function readRequest(text: string): ExportRequest {
  return parseExactJson(text) as ExportRequest;
}

declare global {
  interface JSON {
    /** A value that is written as this text, which TypeScript does not declare yet. */
    rawJSON(text: string): object;
  }
}

/** A filter may hold an integer that no number of JavaScript is. */
function exactInteger(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? JSON.rawJSON(value.toString()) : value;
}
