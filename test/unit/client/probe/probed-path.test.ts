import { describe, expect, it } from 'vitest';
import { ProbedPath } from '../../../../client/probe/probed-path.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { LogOfTest } from '../../../helpers/log-of-test.js';
import { codedPicture, FakeReader, greyPicture, targetOf } from '../../../helpers/probe-samples.js';

const BROKEN = new StreamerError('SOURCE_FAILED', 'The wire was cut.');

/** A path whose reader does what a test says, with waits of the least length. */
function pathOfTest({ reconnect = true } = {}) {
  const clock = new FakeClock();
  const reader = new FakeReader();
  const log = new LogOfTest();
  const ends: (StreamerError | null)[] = [];
  const path = new ProbedPath(
    {
      ...{ target: targetOf('door=rtsp://user:secret@host/cam'), id: 0, reconnect },
      openReader: () => reader,
      clockAt: () => ({ offsetUs: 0, errorUs: 0 }),
      onDone: (error) => ends.push(error),
    },
    { clock, logger: log.logger, random: () => 0 },
  );
  const snapshot = () => path.recorder.snapshot(clock.nowUs());
  const show = (level: number) => reader.sink.onPicture(greyPicture(clock.nowUs(), level));
  path.start();
  return { clock, reader, log, ends, path, snapshot, show };
}

/** Lets what waits for a stop go on. */
const settle = () => new Promise(setImmediate);

describe('ProbedPath', () => {
  it('reads the time codes of pictures', () => {
    const { clock, reader, snapshot } = pathOfTest();
    for (const counter of [7, 8]) {
      clock.advance(40_000);
      const code = { kind: 'capture' as const, timeUs: clock.nowUs() - 25_000, counter };
      reader.sink.onPicture(codedPicture(clock.nowUs(), code));
    }
    expect(snapshot().latencyUs).toMatchObject({ count: 2, max: 25_000, errorUs: 1 });
  });

  it('opens a path that worked anew, later each time', async () => {
    const { clock, reader, log, ends, snapshot, show } = pathOfTest();
    show(1);
    reader.sink.onError(BROKEN);
    expect(snapshot()).toMatchObject({ state: 'offline', reason: 'The wire was cut. Next try in 0.1 s.' });
    expect([reader.starts, reader.stops]).toEqual([1, 1]);
    clock.advance(125_000);
    await settle();
    expect(reader.starts).toBe(2);
    reader.sink.onError(BROKEN);
    expect(snapshot().reason).toContain('Next try in 0.3 s.');
    clock.advance(250_000);
    await settle();
    show(2);
    expect(snapshot()).toMatchObject({ state: 'live', probe: { reconnects: 1, outageUs: 375_000 } });
    expect(ends).toEqual([]);
    expect(log.messages('warn')).toEqual(['The wire was cut.', 'The wire was cut.']);
  });

  it('waits as short as at first once it worked for a while', async () => {
    const { clock, reader, snapshot, show } = pathOfTest();
    show(1);
    reader.sink.onError(BROKEN);
    clock.advance(125_000);
    await settle();
    show(2);
    clock.advance(10_000_000);
    show(3);
    reader.sink.onError(BROKEN);
    expect(snapshot().reason).toContain('Next try in 0.1 s.');
  });

  it.each([
    ['that never worked', BROKEN, true, false],
    ['that is not to be opened anew', BROKEN, false, true],
    ['whose server will not have it', new StreamerError('BAD_TOKEN', 'The token is wrong.'), true, true],
  ])('gives up a path %s', async (_, error, reconnect, hasWorked) => {
    const { clock, reader, ends, snapshot, show } = pathOfTest({ reconnect });
    if (hasWorked) show(1);
    reader.sink.onError(error);
    expect(ends).toEqual([error]);
    expect(snapshot()).toMatchObject({ state: 'offline', reason: error.message });
    clock.advance(60_000_000);
    await settle();
    expect([reader.starts, reader.stops]).toEqual([1, 1]);
  });

  it('gives up an address that its reader does not take', () => {
    const ends: unknown[] = [];
    const error = new StreamerError('BAD_USAGE', 'It has no stream.');
    const options = { target: targetOf('x.mp4'), id: 0, reconnect: true, clockAt: () => null };
    const openReader = (): FakeReader => {
      throw error;
    };
    const parts = { clock: new FakeClock(), logger: new LogOfTest().logger };
    new ProbedPath({ ...options, openReader, onDone: (each) => ends.push(each) }, parts).start();
    expect(ends).toEqual([error]);
  });

  it('ends with a file', () => {
    const { reader, ends, snapshot, show } = pathOfTest();
    show(1);
    reader.sink.onEnd();
    expect(ends).toEqual([null]);
    expect([snapshot().state, reader.stops]).toEqual(['ended', 1]);
  });

  it('is over when it is stopped, also while it waits', async () => {
    const { clock, reader, ends, path, snapshot, show } = pathOfTest();
    show(1);
    reader.sink.onError(BROKEN);
    await Promise.all([path.stop(), path.stop()]);
    clock.advance(60_000_000);
    await settle();
    show(2);
    reader.sink.onEnd();
    expect([reader.starts, reader.stops, ends, snapshot().frames.received]).toEqual([1, 1, [], 1]);
  });
});
