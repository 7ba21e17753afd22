import { NoSuchProjectError } from '../../../core/errors.ts';

/** A project from its creation to its deletion: the next one of its slug is another. */
export interface Incarnation {
  /** Aborts when the project is deleted; its reason is the error for who came for it. */
  readonly signal: AbortSignal;
}

/**
 * Tells a project from the next one of its slug. Who was let in for the one may have to wait, for a turn or at a gate, while it
 * is deleted and the other made; the other's data is none of theirs.
 */
export class ProjectIncarnations {
  /** Only of projects that somebody is here for. */
  readonly #visited = new Map<string, VisitedIncarnation>();

  /**
   * Runs `operation` for the project that has the slug now. Everything that it waits for, it waits for inside, and looks at
   * the signal after.
   * @throws RowhouseError `not_found` where the project was deleted and that made the operation fail.
   */
  async visit<T>(slug: string, operation: (incarnation: Incarnation) => Promise<T>): Promise<T> {
    const incarnation = this.#visited.get(slug) ?? newIncarnation();
    this.#visited.set(slug, incarnation);
    incarnation.visits += 1;
    try {
      return await operation(incarnation);
    } catch (error) {
      incarnation.signal.throwIfAborted();
      throw error;
    } finally {
      incarnation.visits -= 1;
      if (incarnation.visits === 0 && this.#visited.get(slug) === incarnation) this.#visited.delete(slug);
    }
  }

  /** Whoever came until now came for a project that is no more. */
  end(slug: string): void {
    this.#visited.get(slug)?.end();
    this.#visited.delete(slug);
  }
}

interface VisitedIncarnation extends Incarnation {
  visits: number;
  readonly end: () => void;
}

function newIncarnation(): VisitedIncarnation {
  const controller = new AbortController();
  return { visits: 0, signal: controller.signal, end: () => controller.abort(new NoSuchProjectError()) };
}
