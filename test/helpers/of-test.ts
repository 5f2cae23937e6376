import { onTestFinished } from 'vitest';

/** Hands on what is being started for the running test, at whose end it is stopped, however that end comes. */
export async function ofTest<T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
  const started = await starting;
  onTestFinished(async () => void (await started.stop()));
  return started;
}
