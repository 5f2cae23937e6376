import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp } from '../../server/app.js';
import type { App } from '../../server/app.js';
import { resolveConfig } from '../../server/config.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { SystemClock } from '../../shared/clock.js';
import { createLogger } from '../../shared/logger.js';
import { childrenNamed } from '../helpers/child-processes.js';
import { until } from '../helpers/until.js';

const parts = {
  clock: new SystemClock(),
  env: process.env,
  processFigures: () => ({ nodeVersion: 'v20.9.0', memoryBytes: 0, cpuSeconds: 0 }),
  logger: createLogger({ level: 'silent', pretty: false }),
  binaries: await findFfmpeg(process.env),
};

let folder = '';
let app: App | null = null;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'app-recording-'))));
afterEach(async () => {
  await app?.stop('SERVER_CLOSING', 'The test is over.');
  app = null;
  await rm(folder, { recursive: true, force: true });
});

function configOf(flags: Record<string, unknown>) {
  const sources = ['cam=test:bars?size=64x48&fps=50'];
  return resolveConfig({ flags: { port: '0', http: false, sources, ...flags }, env: {}, defaultSource: '' }).config;
}

async function start(flags: Record<string, unknown> = {}): Promise<App> {
  app = await startApp(configOf(flags), parts);
  return app;
}

const videos = async () => (await readdir(folder)).filter((name) => name.endsWith('.mkv'));

describe('recordings of a server', () => {
  it('run from the start where the configuration says so, without a viewer', async () => {
    const { control, stop } = await start({ record: folder });
    await until(() => (control.recordingStatus('cam')?.frames ?? 0) > 5);
    expect(control.recordingStatus('cam')).toMatchObject({ state: 'recording', droppedFrames: 0, error: null });
    await stop('SERVER_CLOSING', 'The server shuts down.');
    expect(await videos()).toEqual([expect.stringMatching(/^cam_\d{8}T\d{6}\.\d{3}Z\.mkv$/)]);
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });

  it('are started and stopped while it runs, one at a time for each stream', async () => {
    const running = await start({ idleTimeout: '0' });
    const { settings } = { settings: configOf({ record: folder }).streams[0]!.record! };
    expect([running.control.recordingStatus('cam'), running.control.isRecording]).toEqual([null, false]);
    await running.control.startRecording('cam', settings);
    await expect(running.control.startRecording('cam', settings)).rejects.toMatchObject({ code: 'RECORDING_FAILED' });
    await expect(running.control.startRecording('none', settings)).rejects.toMatchObject({ code: 'UNKNOWN_STREAM' });
    await until(() => (running.control.recordingStatus('cam')?.frames ?? 0) > 5);
    expect(running.control.isRecording).toBe(true);
    await running.control.stopRecording('cam');
    await running.control.stopRecording('cam');
    expect([running.control.recordingStatus('cam'), (await videos()).length]).toEqual([null, 1]);
    // Nobody looks any more, so the source stops as well.
    await until(() => running.hub.byName('cam')?.info().state === 'idle');
    await running.control.startRecording('cam', settings);
    await until(async () => (await videos()).length === 2);
  });

  it('come and go with the settings of a stream, and with the stream', async () => {
    const running = await start();
    const { record } = configOf({ record: folder }).streams[0]!;
    await running.control.change('cam', { record });
    await until(() => (running.control.recordingStatus('cam')?.frames ?? 0) > 5);
    await running.control.change('cam', { quality: 50 });
    expect(running.control.recordingStatus('cam')?.state).toBe('recording');
    await running.control.remove('cam');
    expect([running.control.recordingStatus('cam'), (await videos()).length]).toEqual([null, 1]);
  });

  it('refuse a folder that cannot be, and the stream that was to be recorded into it', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await chmod(file, 0o600);
    await expect(startApp(configOf({ record: join(file, 'x') }), parts)).rejects.toMatchObject({
      code: 'RECORDING_FAILED',
    });
    const running = await start();
    const [settings] = configOf({ record: join(file, 'x') }).streams;
    await expect(running.control.add({ ...settings!, name: 'other' })).rejects.toMatchObject({
      code: 'RECORDING_FAILED',
    });
    expect(running.hub.list().map(({ name }) => name)).toEqual(['cam']);
    expect(await childrenNamed('ffmpeg')).toEqual([]);
  });
});
