import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { summarySchema } from '../../client/report/summary-schema.js';
import type { StreamSummary } from '../../client/report/summary-schema.js';
import { encodeBye } from '../../shared/protocol/codec.js';
import { FrameFlag } from '../../shared/protocol/messages.js';
import { ClientProcess } from '../helpers/client-process.js';
import { expectCadence } from '../helpers/frame-checks.js';
import { streamInfo } from '../helpers/observed-frame.js';
import { runNode } from '../helpers/run-command.js';
import { frameMessage, welcomeMessage } from '../helpers/scripted-messages.js';
import { ScriptedServer } from '../helpers/scripted-server.js';
import { startServer } from '../helpers/server-of-test.js';
import { CLIENT_BINARY } from '../helpers/server-process.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const SMALL = 'test:bars?size=64x48';

let files: VideoFixtures;
beforeAll(async () => {
  files = await VideoFixtures.create();
});
afterAll(() => files.remove());

describe('what keeps a client from watching', () => {
  it('is told in one line: no server', async () => {
    const port = await freePort();
    expect(await runNode(CLIENT_BINARY, ['--port', String(port)])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: `streamer-client: Cannot connect to 127.0.0.1:${port}: no server listens there; start streamer-server. (CONNECT_FAILED)\n`,
    });
  });

  it('is told in one line: the token', async () => {
    const guarded = await startServer([SMALL], { STREAMER_TOKEN: 's3cret' });
    for (const env of [{}, { STREAMER_TOKEN: 'guess' }]) {
      const result = await runNode(CLIENT_BINARY, ['--port', String(guarded.port)], { env });
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
      expect(result.stderr).toBe(
        'streamer-client: The token is missing or wrong; give the one that the server was started with. (BAD_TOKEN)\n',
      );
    }
    const env = { STREAMER_TOKEN: 's3cret' };
    const args = ['--port', String(guarded.port), '--duration', '1', '--plain'];
    expect(await runNode(CLIENT_BINARY, args, { env })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('is told when not one frame came', async () => {
    const video = await files.counted('short.mp4', { frames: 5, fps: '25', output: ['-c:v', 'mpeg4'] });
    const ended = await startServer(['--no-loop', video, SMALL]);
    await ended.logged((line) => line.msg.startsWith('stream ended'));
    const client = ClientProcess.spawn(ended.port, ['--duration', '0.5']);
    expect(await client.exit).toEqual({ code: 1, signal: null });
    expect(client.stderr).toMatch(/^streamer-client: [^\n]+ \(NO_FRAMES\)\n$/);
  });

  it('is told when only frames of the past came, which it saves none of', async () => {
    const script = [
      welcomeMessage([streamInfo({ state: 'frozen' })]),
      frameMessage({ sequence: 7, flags: FrameFlag.KEPT }),
      encodeBye({ code: 'STREAMS_ENDED', message: 'That was all.' }),
    ];
    const server = await ScriptedServer.start((socket) => socket.end(Buffer.concat(script)));
    onTestFinished(() => server.stop());
    const picture = files.path('past.jpg');
    const result = await runNode(CLIENT_BINARY, ['--port', String(server.port), '--save-frame', picture]);
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain('0 received, 0 lost, 0 skipped, 0 corrupt, 1 of the past');
    expect(result.stderr).toBe('streamer-client: Only frames of the past came; is the stream live? (NO_FRAMES)\n');
    expect(existsSync(picture)).toBe(false);
  });
});

describe('Ctrl+C', () => {
  it('ends with the summary and 0 when frames came', async () => {
    const server = await startServer([SMALL]);
    const client = ClientProcess.spawn(server.port, ['--plain']);
    await client.until(({ stdout }) => stdout.includes('latency p50'));
    client.kill('SIGINT');
    expect(await client.exit).toEqual({ code: 0, signal: null });
    expect(client.stdout).toMatch(/\d+ received, 0 lost/);
    expect(client.stderr).toBe('');
  });

  it('ends with 130 when nothing was measured', async () => {
    const silent = createServer((socket) => socket.resume().on('error', () => undefined)).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const client = ClientProcess.spawn((silent.address() as AddressInfo).port, ['--json']);
    await once(silent, 'connection');
    client.kill('SIGINT');
    expect(await client.exit).toEqual({ code: 130, signal: null });
    expect(client.stderr).toBe('');
    expect(summarySchema.parse(JSON.parse(client.stdout))).toMatchObject({ streams: [] });
  });
});

describe('when the server goes away', () => {
  it('ends with 1 and the summary where --no-reconnect was given', async () => {
    const mortal = await startServer([SMALL]);
    const client = ClientProcess.spawn(mortal.port, ['--no-reconnect', '--plain']);
    await client.until(({ stdout }) => stdout.includes('latency p50'));
    mortal.kill('SIGKILL');
    expect(await client.exit).toEqual({ code: 1, signal: null });
    expect(client.stdout).toMatch(/\d+ received, 0 lost/);
    expect(client.stderr).toMatch(/^streamer-client: [^\n]+ \(CONNECTION_LOST\)\n$/);
  });

  it('comes back to the next server, and the figures go on', async () => {
    const first = await startServer([SMALL]);
    const client = ClientProcess.spawn(first.port, ['--json']);
    await first.logged((line) => line.msg === 'stream live');
    await first.stop();
    await client.until(({ stderr }) => stderr.includes('The server shuts down.'));
    const second = await startServer(['--port', String(first.port), SMALL]);
    await second.logged((line) => line.msg === 'client connected');
    const witness = await Viewer.open(second.port);
    await witness.take(10);
    client.kill('SIGINT');
    expect(await client.exit).toEqual({ code: 0, signal: null });
    const summary = summarySchema.parse(JSON.parse(client.stdout));
    expect(summary).toMatchObject({ stream: 'test-bars', reconnects: 1, frames: { lost: 0, corrupt: 0 } });
    expect(summary.outageMs).toBeGreaterThan(0);
    expect((summary as StreamSummary).frames.received).toBeGreaterThan(5);
  });

  it('exits with 0 when every stream has come to its end', async () => {
    const video = await files.counted('ending.mp4', { frames: 60, fps: '30', output: ['-c:v', 'mpeg4'] });
    const ending = await startServer(['--no-loop', video]);
    const client = ClientProcess.spawn(ending.port, ['--json']);
    expect(await client.exit).toEqual({ code: 0, signal: null });
    expect(summarySchema.parse(JSON.parse(client.stdout))).toMatchObject({ stream: 'ending', frames: { lost: 0 } });
    expect(client.stderr).toBe('');
  });
});

describe('a client that is killed', () => {
  it('disturbs nobody', async () => {
    const server = await startServer([SMALL]);
    const other = await Viewer.open(server.port);
    const client = ClientProcess.spawn(server.port, ['--name', 'doomed', '--plain']);
    await client.until(({ stdout }) => stdout.includes('latency p50'));
    client.kill('SIGKILL');
    await server.logged((line) => line.msg === 'client gone' && line['client'] === 'doomed');
    await other.take(30, other.frames.length);
    await other.close();
    expectCadence(other);
  });
});

/** A port on which nobody listens: it was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
