import { describe, expect, it } from 'vitest';
import { ProbeClock } from '../../client/probe/probe-clock.js';
import { SystemClock } from '../../shared/clock.js';
import type { Clock } from '../../shared/clock.js';
import { DelayProxy } from '../helpers/delay-proxy.js';
import { FakeClock } from '../helpers/fake-clock.js';
import { ofTest } from '../helpers/of-test.js';
import { EMPTY_WELCOME, ScriptedServer } from '../helpers/scripted-server.js';
import { SyntheticServer } from '../helpers/synthetic-server.js';
import { until } from '../helpers/until.js';

const OFFSET_US = 3_000_000;
const ours = new SystemClock();
/** Of another machine, as it were. */
const theirs: Clock = {
  nowUs: () => ours.nowUs() + OFFSET_US,
  wallUs: () => ours.wallUs(),
  schedule: (delayUs, callback) => ours.schedule(delayUs, callback),
};

describe('the clock of --clock', () => {
  it('is known with an error that the truth lies within, however lopsided the path', async () => {
    const server = await ofTest(SyntheticServer.start({ clock: theirs, token: 's3cret' }));
    const proxy = await ofTest(DelayProxy.start(server.port, { toServerUs: 8000, toClientUs: 1000 }));
    const clock = await ofTest(ProbeClock.open(`streamer://127.0.0.1:${proxy.port}`, 's3cret', ours));
    const reading = clock.readingAt(ours.nowUs());
    expect(reading).not.toBeNull();
    expect(Math.abs((reading?.offsetUs ?? 0) - OFFSET_US)).toBeLessThanOrEqual(reading?.errorUs ?? 0);
    // Timers may fire a millisecond early.
    expect(reading?.errorUs).toBeGreaterThan(3000);
    const { rttUs, ...figures } = clock.figuresAt(ours.nowUs());
    expect(Math.abs((figures.offsetUs ?? 0) - OFFSET_US)).toBeLessThanOrEqual(figures.errorUs ?? 0);
    expect(rttUs.min).toBeGreaterThanOrEqual(7000);
  });

  it('goes on during an outage with an error that grows, and is read anew after it', async () => {
    const server = await SyntheticServer.start({ clock: theirs });
    const clock = await ofTest(ProbeClock.open(`streamer://127.0.0.1:${server.port}`, null, ours));
    const nowUs = ours.nowUs();
    const before = clock.readingAt(nowUs);
    await server.kill();
    await until(() => server.sockets.size === 0);
    const later = clock.readingAt(nowUs + 60_000_000);
    expect(later?.offsetUs).toBeDefined();
    expect(later?.errorUs).toBeGreaterThan((before?.errorUs ?? 0) + 10_000);
    const again = await ofTest(SyntheticServer.start({ clock: theirs, port: server.port }));
    await until(() => again.sockets.size > 0 && (clock.readingAt(ours.nowUs())?.errorUs ?? Infinity) < 10_000);
  });

  it('is refused with the error of the connection', async () => {
    const server = await ofTest(SyntheticServer.start({ token: 's3cret' }));
    const url = `streamer://127.0.0.1:${server.port}`;
    await expect(ProbeClock.open(url, null, ours)).rejects.toMatchObject({ code: 'BAD_TOKEN' });
    await expect(ProbeClock.open(`${url}/?token=wrong1`, null, ours)).rejects.toMatchObject({ code: 'BAD_TOKEN' });
    await expect(ProbeClock.open('streamer://127.0.0.1:1', null, ours)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
    });
    await expect(ProbeClock.open(`${url}/a/b`, null, ours)).rejects.toMatchObject({ code: 'BAD_USAGE' });
  });

  it('is refused when the server goes before it has settled', async () => {
    const server = await ofTest(ScriptedServer.start((socket) => socket.end(EMPTY_WELCOME)));
    const opening = ProbeClock.open(`streamer://127.0.0.1:${server.port}`, null, ours);
    await expect(opening).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(server.sockets).toHaveLength(1);
  });

  it('is refused when the server answers no ping', async () => {
    const clock = new FakeClock();
    const server = await ofTest(ScriptedServer.start((socket) => socket.write(EMPTY_WELCOME)));
    const opening = ProbeClock.open(`streamer://127.0.0.1:${server.port}`, null, clock);
    const refused = expect(opening).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
    await until(() => server.sockets.some(({ bytesRead }) => bytesRead > 0));
    clock.advance(8_000_000);
    await refused;
  });
});
