import { isRealNumber } from '../../core/real-number.ts';
import type {
  DatabaseExportRequest,
  RowSelection,
  TableExportRequest,
} from '../../engine/project-exports.ts';
import { parseExactJson } from '../../http/json/exact-json.ts';
import type { FilterForm } from '../records/filter-fields.ts';

/** The parameters of an export, as plain data. */
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

/** Serializes a request completely, so the export can run later. */
export function writeRequest(request: ExportRequest): string {
  return JSON.stringify(request, exactNumber);
}

/** Parses a text that `writeRequest` returned. */
export function readRequest(text: string): ExportRequest {
  return parseExactJson(text) as ExportRequest;
}

declare global {
  interface JSON {
    /** A value that is serialized as this text. TypeScript does not declare it yet. */
    rawJSON(text: string): object;
  }
}

/** A filter may contain numbers that a JavaScript number cannot represent. */
function exactNumber(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return JSON.rawJSON(value.toString());
  return isRealNumber(value) ? JSON.rawJSON(value.valueOf().toFixed(1)) : value;
}
