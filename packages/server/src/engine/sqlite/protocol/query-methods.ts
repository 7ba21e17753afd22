import type { Query, QueryAnswer } from '../../project-queries.ts';
import type { RecordReads } from './record-methods.ts';

/** What a query process does: what may take for ever. */
export type QueryMethods = RecordReads & {
  readonly runQuery: {
    readonly input: Query & { readonly path: string };
    readonly output: QueryAnswer;
  };
};
