/** Runs what is asked for under the same name one after the other; other names do not wait. */
export class InTurn {
  private readonly queues = new Map<string, Promise<unknown>>();

  /** Resolves or rejects as `action` does, which begins when those before it under `name` have ended, well or not. */
  run<T>(name: string, action: () => Promise<T>): Promise<T> {
    const before = this.queues.get(name) ?? Promise.resolve();
    const turn = before.then(action, action);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.queues.set(name, settled);
    void settled.then(() => this.queues.get(name) === settled && this.queues.delete(name));
    return turn;
  }
}
