/** What is started for a whole group of tests, at whose end it is stopped, the newest first. */
export class StartedParts {
  private readonly parts: { stop(): Promise<unknown> }[] = [];

  /** Hands on what is being started. */
  async keep<T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
    const started = await starting;
    this.parts.push(started);
    return started;
  }

  async stop(): Promise<void> {
    for (const part of this.parts.splice(0).reverse()) await part.stop();
  }
}
