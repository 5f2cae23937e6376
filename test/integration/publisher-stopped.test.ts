import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { PublisherProcess } from '../../client/capacity/publisher-process.js';
import { SystemClock } from '../../shared/clock.js';
import { until } from '../helpers/until.js';

it('does not wait for a publisher that starts for ever when the user stops, and leaves none behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'publisher-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const main = join(folder, 'main.mjs');
  const pidFile = join(folder, 'pid');
  await writeFile(
    main,
    `import { writeFileSync } from 'node:fs'; setInterval(() => {}, 1000); writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));`,
  );
  const stop = new AbortController();
  const options = { to: 'rtsp://127.0.0.1:1/load', videos: [], maxStreams: 1, env: {}, signal: stop.signal };
  const started = PublisherProcess.start(options, new SystemClock(), main);
  let pid = 0;
  await until(async () => (pid = Number(await readFile(pidFile, 'utf8').catch(() => ''))) > 0);
  stop.abort();
  await expect(started).rejects.toMatchObject({ code: 'CLIENT_CLOSING' });
  expect(() => process.kill(pid, 0)).toThrow();
});
