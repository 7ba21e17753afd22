import { DdlSyntaxError } from '../../../schema/ddl/statement-reader.ts';
import type { UnreadObject } from '../../../schema/model.ts';

/** Collects the objects whose stored text could not be parsed, or differs from what SQLite reports. */
export class UnreadObjects {
  readonly #list: UnreadObject[] = [];

  get list(): readonly UnreadObject[] {
    return this.#list;
  }

  add(kind: UnreadObject['kind'], name: string, reason: string): void {
    this.#list.push({ kind, name, reason });
  }

  /** Returns the result of `read`; null if it cannot parse the text. */
  attempt<Result>(kind: UnreadObject['kind'], name: string, read: () => Result): Result | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DdlSyntaxError)) throw error;
      this.add(kind, name, error.message);
      return null;
    }
  }
}
