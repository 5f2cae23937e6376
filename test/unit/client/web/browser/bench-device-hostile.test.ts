import { describe, expect, it } from 'vitest';
import { encodeBye } from '../../../../../shared/protocol/codec.js';
import { MessageType } from '../../../../../shared/protocol/messages.js';
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

  it('ends with the server', () => {
    const page = new DeviceOfTest().join();
    page.socket.say(encodeBye({ code: 'STREAMS_ENDED', message: 'All came to their end.' }));
    expect(page.status).toMatchObject({ connection: 'closed', reason: { code: 'STREAMS_ENDED' } });
    const kicked = new DeviceOfTest().join();
    kicked.socket.say(encodeBye({ code: 'KICKED', message: 'Go.' }));
    expect(kicked.status).toMatchObject({ connection: 'closed', reason: { code: 'KICKED', message: 'Go.' } });
  });
});
