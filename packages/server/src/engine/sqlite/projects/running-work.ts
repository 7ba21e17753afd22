/** Cancellable operations on projects. */
export class RunningWork {
  readonly #controllers = new Map<string, Set<AbortController>>();

  /** Runs `operation` until it is cancelled, by `signal` or by `cancel`. */
  async run<T>(
    project: string,
    signal: AbortSignal,
    operation: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    const running = this.#controllers.get(project) ?? new Set();
    this.#controllers.set(project, running.add(controller));
    try {
      return await operation(AbortSignal.any([signal, controller.signal]));
    } finally {
      running.delete(controller);
      if (running.size === 0 && this.#controllers.get(project) === running) this.#controllers.delete(project);
    }
  }

  /** Cancels all running operations on the project. They reject with `reason`. */
  cancel(project: string, reason: Error): void {
    for (const controller of this.#controllers.get(project) ?? []) controller.abort(reason);
  }
}
