import { describe, expect, it, vi } from 'vitest';
import { openReader } from '../../../../client/probe/open-reader.js';
import { ProbeSession } from '../../../../client/probe/probe-session.js';
import { MachineClock } from '../../../../client/probe/time-code-clock.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { LogOfTest } from '../../../helpers/log-of-test.js';
import { FakeReader, greyPicture, targetOf } from '../../../helpers/probe-samples.js';

vi.mock(import('../../../../client/probe/open-reader.js'));

const BROKEN = new StreamerError('SOURCE_FAILED', 'The wire was cut.');

/** Two paths whose readers do what a test says. */
function sessionOfTest() {
  const clock = new FakeClock();
  const readers = { a: new FakeReader(), b: new FakeReader() };
  vi.mocked(openReader).mockImplementation(({ name }) => (name === 'a' ? readers.a : readers.b));
  const targets = [targetOf('a=rtsp://host/a'), targetOf('b=rtsp://host/b')];
  const ffmpeg = () => Promise.reject(new Error('nobody needs it'));
  const session = new ProbeSession(
    { targets, reconnect: true, token: null },
    { clock, logger: new LogOfTest().logger, ffmpeg, timeCodeClock: new MachineClock(clock) },
    () => undefined,
  );
  const show = (name: 'a' | 'b') => readers[name].sink.onPicture(greyPicture(clock.nowUs(), 1));
  session.start();
  return { clock, readers, session, show, state: () => session.snapshot().state };
}

describe('ProbeSession', () => {
  it('is connected while one of its paths is', async () => {
    const { readers, session, show, state } = sessionOfTest();
    expect(state()).toBe('connecting');
    readers.b.sink.onError(BROKEN);
    expect(state()).toBe('connecting');
    show('a');
    expect(state()).toBe('connected');
    readers.a.sink.onError(BROKEN);
    expect(state()).toBe('reconnecting');
    await session.stop();
    expect(state()).toBe('closed');
  });

  it('is connected as long as another path is', () => {
    const { readers, show, state } = sessionOfTest();
    show('a');
    show('b');
    readers.a.sink.onError(BROKEN);
    expect(state()).toBe('connected');
    readers.b.sink.onError(BROKEN);
    expect(state()).toBe('reconnecting');
  });
});
