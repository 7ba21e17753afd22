import type { IdempotentRequest } from '../../../core/idempotency.ts';
import type { ImportReport } from '../../engine.ts';

/** What a database stores about the import that created it. */
export interface StoredImport {
  /** Null for an import without an idempotency key. */
  readonly request: IdempotentRequest | null;
  readonly report: ImportReport;
}

export interface Replacement extends StoredImport {
  /** The project's database. No other connection of this process has it open. */
  readonly path: string;
  /** The file that replaces it, in the same folder, which no process has open. */
  readonly uploadPath: string;
}
