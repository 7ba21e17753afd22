import { RowhouseError } from '../core/errors.ts';

/**
 * A read-write lock for each project: any number of operations share it, but an operation that moves or removes files holds
 * it alone. Operations acquire the lock in order of arrival, so none starves.
 */
export class KeyedReadWriteLock {
  readonly #gates = new Map<string, Gate>();
  #closed = false;
  #onEmpty: (() => void) | null = null;

  /** Runs `operation` with the shared lock of the project. */
  shared<T>(project: string, operation: () => Promise<T>): Promise<T> {
    return this.#pass(project, 'shared', operation);
  }

  /** Runs `operation` with the exclusive lock of the project. */
  exclusive<T>(project: string, operation: () => Promise<T>): Promise<T> {
    return this.#pass(project, 'exclusive', operation);
  }

  /** Refuses new operations, and resolves when all earlier operations have finished. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#gates.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
  }

  async #pass<T>(project: string, kind: Passage, operation: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new RowhouseError('unavailable', 'The service is shutting down.');
    const gate = this.#gates.get(project) ?? { inside: 0, exclusive: false, queue: [] };
    this.#gates.set(project, gate);
    await enter(gate, kind);
    try {
      return await operation();
    } finally {
      leave(gate);
      if (gate.inside === 0) this.#gates.delete(project);
      if (this.#gates.size === 0) this.#onEmpty?.();
    }
  }
}

type Passage = 'shared' | 'exclusive';

interface Gate {
  inside: number;
  exclusive: boolean;
  readonly queue: { readonly kind: Passage; readonly open: () => void }[];
}

function enter(gate: Gate, kind: Passage): Promise<void> | void {
  if (gate.queue.length === 0 && mayEnter(gate, kind)) {
    admit(gate, kind);
    return;
  }
  return new Promise((resolve) => gate.queue.push({ kind, open: resolve }));
}

function leave(gate: Gate): void {
  gate.inside--;
  gate.exclusive = false;
  for (let next = gate.queue[0]; next !== undefined && mayEnter(gate, next.kind); next = gate.queue[0]) {
    gate.queue.shift();
    admit(gate, next.kind);
    next.open();
  }
}

function mayEnter(gate: Gate, kind: Passage): boolean {
  return gate.inside === 0 || (kind === 'shared' && !gate.exclusive);
}

function admit(gate: Gate, kind: Passage): void {
  gate.inside++;
  gate.exclusive = kind === 'exclusive';
}
