import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { resolveConfig } from '../../server/config.js';
import { requireMediamtx, startMediamtx } from '../helpers/mediamtx-server.js';
import { hasCommand, requirePart } from '../helpers/real-parts.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PYTHON_TOOLS = 'pip install --requirement test/tools/python-requirements.txt';
const read = (path: string) => readFileSync(`${ROOT}/${path}`, 'utf8');

/** Skips where the tool is missing; fails with what it says when it finds something. */
function checked(command: string, howToInstall: string, args: readonly string[]): void {
  const isThere = requirePart(command, hasCommand(command), howToInstall);
  it.skipIf(!isThere)(`passes ${command}`, async () => {
    const { all, exitCode } = await execa(command, args, { cwd: ROOT, all: true, reject: false });
    expect([exitCode, exitCode === 0 ? '' : all]).toEqual([0, '']);
  });
}

describe('deploy/Dockerfile', () => {
  checked('hadolint', PYTHON_TOOLS, ['--failure-threshold', 'info', 'deploy/Dockerfile']);

  it('copies only what exists and what its ignore file lets in', () => {
    const copied = [...read('deploy/Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    const allowed = [...read('deploy/Dockerfile.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    expect(copied.filter((path) => !existsSync(`${ROOT}/${path}`))).toEqual([]);
    expect([...copied].sort()).toEqual([...allowed].sort());
  });

  it('runs as a user that is not root, by number, and asks whether it is healthy', () => {
    const text = read('deploy/Dockerfile');
    expect(text).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(text).toMatch(/^HEALTHCHECK .*\\\n +CMD \["node", .*\/healthz/m);
    expect(text.lastIndexOf('\nUSER ')).toBeGreaterThan(text.lastIndexOf('\nRUN '));
  });
});

describe('deploy/compose.yaml', () => {
  checked('check-jsonschema', PYTHON_TOOLS, ['--builtin-schema', 'vendor.compose-spec', 'deploy/compose.yaml']);

  it('mounts only files that are there', () => {
    const mounted = [...read('deploy/compose.yaml').matchAll(/- \.\/([^:]+):/g)].map(([, path]) => path);
    expect(mounted.length).toBeGreaterThan(3);
    expect(mounted.filter((path) => !existsSync(`${ROOT}/deploy/${path}`))).toEqual([]);
  });

  it('publishes nothing beyond this machine', () => {
    const ports = [...read('deploy/compose.yaml').matchAll(/- (\S+:\d+:\d+(?:\/udp)?)$/gm)].map(([, port]) => port);
    expect(ports.length).toBeGreaterThan(3);
    expect(ports.filter((port) => !port?.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('gives the server a good configuration', () => {
    const file = { name: 'streamer.yaml', text: read('deploy/compose/streamer.yaml') };
    const { config } = resolveConfig({ flags: {}, env: {}, file, defaultSource: '' });
    expect(config).toMatchObject({ host: '0.0.0.0', streams: [{ name: 'bars' }, { name: 'cam', rtsp: null }] });
    expect(config.streams[0]?.rtsp?.url).toBe('rtsp://mediamtx:8554/live/bars');
  });

  it.skipIf(!requireMediamtx())('gives MediaMTX a good configuration, and opens the ports it listens on', async () => {
    const config = parse(read('deploy/compose/mediamtx.yml')) as Record<string, unknown>;
    const mediamtx = await startMediamtx({ config });
    onTestFinished(() => mediamtx.stop());
    const ports = [...read('deploy/compose.yaml').matchAll(/:(\d+)(?:\/udp)?$/gm)].map(([, port]) => Number(port));
    // What it listens on unless it is told otherwise.
    expect(ports).toEqual(expect.arrayContaining([8554, 8888, 8889, 8189, 8890]));
    expect(Object.keys(config).filter((key) => /address$/i.test(key))).toEqual([]);
  });
});

describe('deploy/kubernetes.yaml', () => {
  checked('kubernetes-validate', PYTHON_TOOLS, ['--strict', 'deploy/kubernetes.yaml']);

  it('gives the server a good configuration', () => {
    const [configMap] = parseAllDocuments(read('deploy/kubernetes.yaml')).map((document) => document.toJS());
    const file = { name: 'streamer.yaml', text: configMap.data['streamer.yaml'] as string };
    const { config } = resolveConfig({ flags: {}, env: {}, file, defaultSource: '' });
    expect(config).toMatchObject({ host: '0.0.0.0', streams: [{ name: 'bars' }] });
  });
});

describe('deploy/frame-streamer.service', () => {
  checked('systemd-analyze', 'apt-get install systemd', ['verify', 'deploy/frame-streamer.service']);

  const isThere = requirePart('systemd-analyze', hasCommand('systemd-analyze'), 'apt-get install systemd');
  it.skipIf(!isThere)('is hardened, as systemd-analyze sees it', async () => {
    // 0 is nothing exposed, 10 everything; the threshold is in tenths.
    const args = ['security', '--offline=true', '--threshold=20', 'deploy/frame-streamer.service'];
    const { exitCode, stdout } = await execa('systemd-analyze', args, { cwd: ROOT, reject: false });
    expect([exitCode, exitCode === 0 ? '' : stdout]).toEqual([0, '']);
  });
});
