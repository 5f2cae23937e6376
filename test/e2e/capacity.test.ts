import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReportSchema } from '../../client/report/run-report-schema.js';
import { CAN_LIST_CHILDREN, childrenOf, isAlive } from '../helpers/child-processes.js';
import { ClientProcess } from '../helpers/client-process.js';
import { requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import { ofTest } from '../helpers/of-test.js';
import { ServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

const SHORT_STEPS = ['--step-seconds', '0.4', '--settle', '0.1', '--soak', '0.6', '--spread', '1'];
const VIDEO = ['--video', 'test:bars?size=160x120&fps=20'];
const PATTERN = 'test:bars?size=160x120&fps=20';

describe('streamer-client capacity', { timeout: 60_000 }, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'capacity-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('finds the number of clients that a server takes, in two rounds, and says what refused more', async () => {
    const server = await ofTest(ServerProcess.start([PATTERN, '--max-clients', '7', '--no-on-demand']));
    const target = `streamer://127.0.0.1:${server.port}`;
    const api = ['--server-api', `http://127.0.0.1:${server.httpPort}`];
    const slo = ['--slo', 'fps>=5fps,server-cpu<1000%', '--start', '6'];
    const client = ClientProcess.run(['capacity', target, ...slo, ...api, ...SHORT_STEPS, '--json']);
    expect(await client.exit).toEqual({ code: 0, signal: null });
    const { verdict, details, server: samples } = runReportSchema.parse(JSON.parse(client.stdout));
    expect(details).toMatchObject({
      end: 'agreed',
      rounds: [
        { holds: 7, breaks: 8 },
        { holds: 7, breaks: 8 },
      ],
    });
    expect(verdict.sentence).toMatch(
      /^7 sessions hold .*; then the 8th session was refused \(SERVER_FULL\)\..*took no more \(SERVER_FULL\)/,
    );
    expect(samples).toMatchObject({ isSameMachine: true });
  });

  it('refuses what is wrong before anything starts', async () => {
    const wrong = ClientProcess.run(['capacity', 'streamer://127.0.0.1:1/x', '--slo', 'p99<100']);
    expect((await wrong.exit).code).toBe(2);
    expect(wrong.stderr).toMatch(/the unit is missing; .* such as 100ms.* \(BAD_USAGE\)$/m);
  });

  describe.skipIf(!requireMediamtx())('with --publish', () => {
    it('finds the number of streams that an RTSP server takes', async () => {
      const server = await ofTest(startMediamtx({ config: { paths: { '~^few/load-000[1-3]$': {} } } }));
      const file = join(folder, 'streams.json');
      const flags = ['--publish', server.url('few'), ...VIDEO, '--slo', 'fps>=0.5', '--start', '3', '--rounds', '1'];
      const client = ClientProcess.run(['capacity', ...flags, ...SHORT_STEPS, '--plain', '--report', file]);
      expect(await client.exit, client.stderr).toEqual({ code: 0, signal: null });
      const { details } = runReportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
      expect(details).toMatchObject({
        unit: 'streams',
        interval: { from: 3, to: 3 },
        rounds: [{ holds: 3, breaks: 4 }],
      });
      expect(client.stdout).toContain('PUBLISH_REFUSED');
      await server.untilGone('few/load-0001');
    });

    it.skipIf(!CAN_LIST_CHILDREN)('leaves no publisher behind, also when it is killed', async () => {
      const server = await ofTest(startMediamtx());
      const client = ClientProcess.run(['capacity', '--publish', server.url('all'), ...VIDEO, '--slo', 'fps>=0.5']);
      await server.untilPath('all/load-0001');
      const children = childrenOf(client.pid);
      expect(children.length).toBeGreaterThan(0);
      client.kill('SIGKILL');
      await until(() => children.every((pid) => !isAlive(pid)));
      await server.untilGone('all/load-0001');
    });
  });
});
