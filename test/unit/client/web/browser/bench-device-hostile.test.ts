import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../../../../shared/histogram.js';
import { isBenchRequest } from '../../../../../shared/protocol/bench-messages.js';
import type { BenchBody } from '../../../../../shared/protocol/bench-messages.js';
import { encodeBye } from '../../../../../shared/protocol/codec.js';
import { MessageType } from '../../../../../shared/protocol/messages.js';
import { settled } from '../../../../helpers/browser-client.js';
import { DeviceOfTest } from '../../../../helpers/device-of-test.js';
import { message } from '../../../../helpers/hostile-bytes.js';

const SECOND_US = 1_000_000;

describe('a page whose server is hostile', () => {
  it.each([
    '[]',
    '{}',
    '{"kind":"run","benchId":1,"stream":"sample","startTimeUs":-1,"stopTimeUs":2}',
    '{"kind":"run","benchId":1,"stream":"<b>","startTimeUs":1,"stopTimeUs":2}',
    '{"kind":"joined","deviceId":0,"name":"x"}',
    '{"kind":"joined","deviceId":1,"name":"\\u001b[2J"}',
    '{"kind":"devices","devices":[]}',
    '{"kind":"leave"}',
    'nonsense',
  ])('takes %s for a broken connection, and connects again', (body) => {
    const page = new DeviceOfTest().join();
    page.socket.say(message(MessageType.BENCH, Buffer.from(body)));
    expect(page.status).toMatchObject({ connection: 'reconnecting', reason: { code: 'BAD_MESSAGE' } });
    page.fake.clock.advance(SECOND_US);
    page.join();
    expect(page.status.connection).toBe('connected');
  });

  it('bears windows that are none, have no end, or lie anywhere', async () => {
    const page = new DeviceOfTest().join();
    const most = Number.MAX_SAFE_INTEGER;
    for (const [startTimeUs, stopTimeUs] of [
      [most, 0],
      [0, most],
      [0, 0],
      [most, most],
      [5, 5],
    ] as const) {
      page.say({ kind: 'run', benchId: 1, stream: 'sample', startTimeUs, stopTimeUs });
      page.pass(SECOND_US);
    }
    page.device.leave();
    await new Promise((resolve) => setImmediate(resolve));
    expect(page.fake.clock.pending).toBe(0);
  });

  it('bears whatever is said, in any order, and tells only results that are allowed', async () => {
    const shiftUs = fc.oneof(fc.integer({ min: -SECOND_US, max: SECOND_US }), fc.maxSafeNat());
    const stream = fc.constantFrom('sample', 'sample', 'door');
    const benchId = fc.integer({ min: 1, max: 2 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('run' as const), benchId, stream, startUs: shiftUs, lengthUs: shiftUs }),
      fc.record({ kind: fc.constant('announced' as const), benchId, stream }),
      fc.record({ kind: fc.constant('over' as const), benchId, reason: fc.string({ maxLength: 5 }) }),
      fc.record({ kind: fc.constant('refused' as const), code: fc.constant('BENCH_REFUSED'), message: fc.string() }),
      fc.constantFrom('pass', 'pass', 'silence', 'drop', 'join', 'hide', 'show'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const page = new DeviceOfTest().join();
        const said: BenchBody[] = [];
        for (const each of steps) {
          if (each === 'pass' || each === 'silence') page.pass(SECOND_US / 2, { areFramesComing: each === 'pass' });
          else if (each === 'drop') page.socket.drop();
          else if (each === 'join') page.join();
          else if (typeof each === 'string') page.hide(each === 'hide');
          else if (each.kind !== 'run') page.say(each);
          else {
            const bound = (us: number): number => Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, us));
            const startTimeUs = bound(page.serverTimeUs + each.startUs);
            page.say({ ...each, startTimeUs, stopTimeUs: bound(startTimeUs + each.lengthUs) });
          }
          await settled();
          said.push(...page.takeSaid());
        }
        for (const body of said) {
          expect(isBenchRequest(body)).toBe(true);
          if (body.kind !== 'result') continue;
          expect(body.received).toBeGreaterThanOrEqual(0);
          expect(LatencyHistogram.decode(body.latency, body.latencyNegative).count).toBeLessThanOrEqual(body.received);
        }
        page.device.leave();
        expect(page.fake.clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('ends with the server', () => {
    const page = new DeviceOfTest().join();
    page.socket.say(encodeBye({ code: 'STREAMS_ENDED', message: 'All came to their end.' }));
    expect(page.status).toMatchObject({ connection: 'closed', reason: { code: 'STREAMS_ENDED' } });
    const kicked = new DeviceOfTest().join();
    kicked.socket.say(encodeBye({ code: 'KICKED', message: 'Go.' }));
    expect(kicked.status).toMatchObject({ connection: 'closed', reason: { code: 'KICKED', message: 'Go.' } });
  });
});
