import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';

describe.skipIf(!requireMediamtx())('the MediaMTX of the tests', () => {
  it('takes a stream, is killed, and comes back on the same ports', async () => {
    const server = await startMediamtx({ credentials: { user: 'me', password: 'p@ss#1' } });
    try {
      const publisher = publish(server.url('cam'));
      const ended = once(publisher, 'close');
      const path = await server.untilPath('cam', ({ bytesReceived }) => bytesReceived > 0);
      expect(path.tracks).toEqual(['H264']);
      const { pid } = server;
      await server.kill();
      await ended;
      await server.start();
      expect(server.pid).not.toBe(pid);
      expect((await server.paths()).size).toBe(0);
    } finally {
      await server.stop();
    }
  });
});

function publish(url: string) {
  const input = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=15'];
  const output = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '15', '-f', 'rtsp', '-rtsp_transport', 'tcp', url];
  return spawn('ffmpeg', ['-v', 'error', ...input, ...output], { stdio: 'ignore' });
}
