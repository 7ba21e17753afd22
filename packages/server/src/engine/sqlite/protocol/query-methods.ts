import type { Query, QueryAnswer } from '../../project-queries.ts';
import type { RecordReads } from './record-methods.ts';

/** The operations of a query process, which may never end. */
export type QueryMethods = RecordReads & {
  readonly runQuery: {
    readonly input: Query & { readonly path: string };
    readonly output: QueryAnswer;
  };
};
