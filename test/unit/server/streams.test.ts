import { describe, expect, it } from 'vitest';
import { Hub } from '../../../server/hub/hub.js';
import type { OpenedSource } from '../../../server/sources/open-source.js';
import { Streams } from '../../../server/streams.js';
import { STREAM_DEFAULTS } from '../../helpers/config-of-test.js';
import { FakeClock } from '../../helpers/fake-clock.js';
import { START_US } from '../../helpers/fake-frames.js';
import { LogOfTest } from '../../helpers/log-of-test.js';
import { FakeSource, settle } from '../../helpers/supervised-source.js';

const ALWAYS_ON = { ...STREAM_DEFAULTS, onDemand: false };

/** Streams whose sources are opened when the test says so, and what the hub announced of them. */
function setUp() {
  const clock = new FakeClock(START_US);
  const hub = new Hub(clock);
  const announced: string[] = [];
  hub.onChange(({ event, stream }) => announced.push(`${event} ${stream.name}`));
  const opening: ((opened: OpenedSource) => void)[] = [];
  const open = () => new Promise<OpenedSource>((resolve) => opening.push(resolve));
  const { logger } = new LogOfTest();
  const streams = new Streams(hub, open, { clock, logger }, 50);
  return { hub, streams, opening, take: () => announced.splice(0) };
}

function opened(source: FakeSource): OpenedSource {
  return { source, summary: 'a fake source' };
}

describe('Streams that are being closed', () => {
  it('announce no stream whose source was opened meanwhile', async () => {
    const { hub, streams, opening, take } = setUp();
    const source = new FakeSource();
    const adding = streams.add(ALWAYS_ON);
    await streams.close();
    opening[0]?.(opened(source));
    await expect(adding).rejects.toMatchObject({ code: 'SERVER_CLOSING' });
    expect([take(), hub.list(), streams.list(), source.runs]).toEqual([[], [], [], []]);
  });

  it('announce none that was opened before', async () => {
    const { hub, streams, take } = setUp();
    await streams.close();
    expect(() => streams.addOpened(ALWAYS_ON, opened(new FakeSource()))).toThrow('The server shuts down.');
    expect([take(), hub.list()]).toEqual([[], []]);
  });

  it('leave a stream as it was whose new source was opened meanwhile', async () => {
    const { streams, opening, take } = setUp();
    const [before, after] = [new FakeSource(), new FakeSource({ fps: 10 })];
    const stream = streams.addOpened(ALWAYS_ON, opened(before));
    const changing = streams.change(stream.name, { fps: 10 });
    await settle();
    await streams.close();
    take();
    opening[0]?.(opened(after));
    await expect(changing).rejects.toMatchObject({ code: 'SERVER_CLOSING' });
    expect([take(), stream.info().fps, after.runs]).toEqual([[], 30, []]);
  });

  it('start no new source when they are closed while the old one stops', async () => {
    const { streams, opening, take } = setUp();
    const [before, after] = [new FakeSource({ stopsAtOnce: false }), new FakeSource({ fps: 10 })];
    const stream = streams.addOpened(ALWAYS_ON, opened(before));
    const changing = streams.change(stream.name, { fps: 10 });
    await settle();
    opening[0]?.(opened(after));
    await settle();
    expect(before.newest.stops).toBe(1);
    const closing = streams.close();
    take();
    before.newest.finishStop();
    await expect(changing).rejects.toMatchObject({ code: 'SERVER_CLOSING' });
    await closing;
    expect([take(), stream.info().fps, after.runs]).toEqual([[], 30, []]);
  });
});
