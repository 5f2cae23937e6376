import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { writeClassicFrame } from '../../../../server/transports/classic-frame.js';
import { publishedFrame } from '../../../helpers/fake-frames.js';
import { FakeSocket } from '../../../helpers/fake-socket.js';

describe('writeClassicFrame', () => {
  it('writes length, seconds since the epoch and the JPEG, in one go', () => {
    const socket = new FakeSocket();
    const frame = publishedFrame(45, { jpegBytes: 5 });
    let taken = 0;
    const lengthBytes = writeClassicFrame(socket as unknown as Socket, frame, () => (taken += 1));
    const [header, jpeg] = socket.written;
    expect(header?.toString('hex')).toBe('0000000d' + '41d954fc40600000');
    expect(header?.readDoubleBE(4)).toBe(1_700_000_001.5);
    expect(jpeg).toBe(frame.jpeg);
    expect([socket.isCorked, lengthBytes, taken]).toEqual([false, 17, 0]);
    socket.flush();
    expect(taken).toBe(1);
  });
});
