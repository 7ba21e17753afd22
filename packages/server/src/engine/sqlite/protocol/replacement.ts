import type { IdempotentRequest } from '../../../core/idempotency.ts';
import type { ImportReport } from '../../engine.ts';

/** What a database keeps of the import that it came with. */
export interface StoredImport {
  /** Null where the import has no key of its own. */
  readonly request: IdempotentRequest | null;
  readonly report: ImportReport;
}

export interface Replacement extends StoredImport {
  /** The project's database. No other connection of this process has it open. */
  readonly path: string;
  /** The file that takes its place, in the same folder. Nobody has it open. */
  readonly uploadPath: string;
}
