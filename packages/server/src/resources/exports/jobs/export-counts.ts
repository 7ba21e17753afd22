import { NoSuchProjectError } from '../../../core/errors.ts';
import type { ExportRequest } from '../export-request.ts';
import { CancelledExportError } from '../store/export-facts.ts';

/** The number of exports of a kind and format with this outcome. */
export interface CountedExports {
  readonly kind: ExportRequest['kind'];
  readonly format: string;
  readonly outcome: ExportOutcome;
  readonly count: number;
}

/** `cancelled`: the client disconnected, or the export or its project was deleted while it was running. */
export type ExportOutcome = 'ready' | 'cancelled' | 'failed';

/** Counts the exports that have ended since the start. */
export class ExportCounts {
  readonly #counts = new Map<string, CountedExports>();

  /** Runs an export, and counts it when it ends. */
  async count<Made>(
    { kind, format }: Pick<ExportRequest, 'kind' | 'format'>,
    made: Promise<Made>,
  ): Promise<Made> {
    try {
      const result = await made;
      this.#add(kind, format, 'ready');
      return result;
    } catch (error) {
      this.#add(kind, format, isCancelled(error) ? 'cancelled' : 'failed');
      throw error;
    }
  }

  read(): readonly CountedExports[] {
    return [...this.#counts.values()];
  }

  #add(kind: ExportRequest['kind'], format: string, outcome: ExportOutcome): void {
    const key = `${kind} ${format} ${outcome}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { kind, format, outcome, count });
  }
}

function isCancelled(error: unknown): boolean {
  if (error instanceof CancelledExportError || error instanceof NoSuchProjectError) return true;
  return error instanceof Error && error.name === 'AbortError';
}
