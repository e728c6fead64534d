/**
 * Collects what must be undone, and undoes it in reverse order. One failing step does not keep the
 * others from running; the first failure is thrown at the end.
 * (The platform's AsyncDisposableStack is missing in Node 22.)
 */
export class Disposables {
  #steps: (() => unknown)[] = []
  #disposed: Promise<void> | undefined

  /** Registers a step. Steps registered after disposal began run at once. */
  defer(step: () => unknown): void {
    if (this.#disposed) void step()
    else this.#steps.push(step)
  }

  /** Undoes everything, once; later calls wait for the first. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#run()
    return this.#disposed
  }

  async #run(): Promise<void> {
    const errors: unknown[] = []
    for (const step of this.#steps.reverse()) {
      try {
        await step()
      } catch (error) {
        errors.push(error)
      }
    }
    this.#steps = []
    if (errors.length > 0) throw errors[0]
  }
}
