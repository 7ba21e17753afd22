import type { Query, QueryAnswer } from '../../project-queries.ts';
import type { RecordReads } from './record-operations.ts';

/** What a query process does: what may take for ever. */
export type QueryOperations = RecordReads & {
  readonly runQuery: {
    readonly input: Query & { readonly path: string };
    readonly output: QueryAnswer;
  };
};
