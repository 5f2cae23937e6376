import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StreamerError } from '../../shared/errors.js';
import { runNode } from '../helpers/run-command.js';
import { startServer } from '../helpers/server-of-test.js';
import { SERVER_BINARY } from '../helpers/server-process.js';
import { VideoFixtures } from '../helpers/video-fixtures.js';
import { Viewer } from '../helpers/viewer.js';

const SMALL = 'test:testsrc?size=64x48&fps=25';
const TOKEN = 'open-sesame-4711';

let files: VideoFixtures;
beforeAll(async () => {
  files = await VideoFixtures.create();
});
afterAll(() => files.remove());

describe('what is only printed', () => {
  it('is the help: every option, on standard output', async () => {
    const { exitCode, stdout, stderr } = await run(['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const flags = ['host', 'port', 'classic-port', 'fps', 'width', 'height', 'quality', 'no-loop', 'max-clients'];
    flags.push('token', 'hwaccel', 'log-level', 'check', 'config', 'version', 'help');
    for (const flag of flags) expect(stdout).toContain(`--${flag}`);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('is the version of the package', async () => {
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await run(['--version'])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('is what --check finds, in order, and nothing is started', async () => {
    const sources = ['door=test:bars?size=320x240', SMALL];
    expect(await run(['--check', ...sources])).toMatchObject({
      exitCode: 0,
      stdout: [
        'door: test pattern bars, 320x240 at 30 fps, encoded: the source is a test pattern',
        'test-testsrc: test pattern testsrc, 64x48 at 25 fps, encoded: the source is a test pattern',
        'The configuration is good.\n',
      ].join('\n'),
      stderr: '',
    });
  });
});

describe('a command line or environment that is wrong', () => {
  it.each(
    [
      { args: ['--qualty', '3'], says: 'There is no option "--qualty"; did you mean --quality? (BAD_USAGE)' },
      { args: ['--quality', '101'], says: '--quality must be a whole number from 1 to 100, not "101". (BAD_USAGE)' },
      { args: ['--port', '70000'], says: /^--port must be a whole number from 0 to 65535, .*\(BAD_USAGE\)$/ },
      { args: ['--fps', 'fast'], says: /^--fps must be .*\(BAD_USAGE\)$/ },
      { args: ['--hwaccel', 'magic'], says: /^--hwaccel magic is unknown to this FFmpeg; .*\(BAD_USAGE\)$/ },
      { args: ['test:bras'], says: /did you mean test:bars\? \(BAD_USAGE\)$/ },
      { args: [], env: { STREAMER_WIDTH: 'wide' }, says: /^STREAMER_WIDTH must be .*\(BAD_CONFIG\)$/ },
      { args: [], env: { STREAMER_TOKN: TOKEN }, says: /^STREAMER_TOKN .* STREAMER_TOKEN\?.*\(BAD_CONFIG\)$/ },
      { args: ['--config', 'missing.yaml'], says: /^The configuration file missing.yaml .*\(BAD_CONFIG\)$/ },
      { args: ['--token', `${TOKEN}\n`], says: /^--token must be (?!.*sesame).*\(BAD_USAGE\)$/ },
    ].map((row) => ({ env: {}, ...row })),
  )('is refused in one sentence: $args $env', async ({ args, env, says }) => {
    expectRefusal(await run(args, env), says);
  });

  it('is told by --check of each source, the worst of which decides the exit code', async () => {
    const { exitCode, stdout } = await run(['--check', 'missing.mp4', 'off=tcp://127.0.0.1:9', SMALL]);
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^missing: There is no file missing\.mp4; .*\(SOURCE_NOT_FOUND\)$/m);
    expect(stdout).toMatch(/^off: .*\(SOURCE_UNREACHABLE\)$/m);
    expect(stdout).toMatch(/^test-testsrc: test pattern testsrc, 64x48/m);
    expect(stdout).toMatch(/\n2 of 3 sources cannot be streamed at present\.\n$/);
  });

  it('is explained with its stack only when the log is for debugging', async () => {
    const { exitCode, stdout } = await run(['missing.mp4'], { LOG_LEVEL: 'debug' });
    expect(exitCode).toBe(2);
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({ level: 'debug', err: { code: 'SOURCE_NOT_FOUND' } });
    expect(last.err.stack).toContain('at ');
  });
});

describe('a configuration file', () => {
  it('comes after flags and environment and before the defaults, and takes effect', async () => {
    const config = await write(`
      sources: ['cam=${SMALL}']
      width: 16
      height: 16
      fps: 7
      quality: 10
      maxClients: 1
      port: 1
    `);
    const server = await startServer(['--config', config, '--width', '80'], {
      STREAMER_WIDTH: '32',
      STREAMER_HEIGHT: '20',
    });
    const viewer = await Viewer.open(server.port);
    expect(viewer.stream).toMatchObject({ name: 'cam', width: 80, height: 20, fps: 7 });
    const [frame] = await viewer.take(1);
    expect(firstQuantizer(frame!.jpeg)).toBe(80);
    await expect(Viewer.open(server.port)).rejects.toMatchObject({ code: 'SERVER_FULL' });
    await viewer.close();
  });

  it.each([
    { yaml: 'qualty: 3', says: /line 1: there is no key "qualty"; did you mean quality\? \(UNKNOWN_KEY\)$/ },
    { yaml: 'width: 64\nquality: high', says: /^quality in .* line 2 must be .*, not "high"\. \(BAD_CONFIG\)$/ },
    { yaml: 'width: [', says: /line 1, column \d+: .*\(BAD_CONFIG\)$/ },
    { yaml: 'sources: test:nothing', says: /There is no test pattern "nothing".*\(BAD_CONFIG\)$/ },
  ])('is refused in one sentence: $yaml', async ({ yaml, says }) => {
    expectRefusal(await run(['--config', await write(yaml)]), says);
  });

  async function write(text: string): Promise<string> {
    return files.write('streamer.yaml', text);
  }
});

describe('the environment', () => {
  it('sets a token, which is asked for and never shown', async () => {
    const env = { STREAMER_TOKEN: TOKEN, STREAMER_SOURCES: `${SMALL}\nside=${SMALL}`, LOG_LEVEL: 'trace' };
    const server = await startServer([], env);
    const viewer = await Viewer.open(server.port, { token: TOKEN });
    await viewer.take(1);
    await expect(Viewer.open(server.port)).rejects.toThrow(StreamerError);
    await expect(Viewer.open(server.port, { token: 'a-guess' })).rejects.toMatchObject({ code: 'BAD_TOKEN' });
    await viewer.close();
    await server.stop();
    expect(viewer.welcomes[0]!.streams.map(({ name }) => name)).toEqual(['test-testsrc', 'side']);
    expect(server.log).toContainEqual(expect.objectContaining({ level: 'debug', msg: 'FFmpeg found' }));
    expect(server.log).toContainEqual(expect.objectContaining({ msg: 'client refused', code: 'BAD_TOKEN' }));
    const said = JSON.stringify(server.log) + server.stderr;
    expect(said).not.toContain(TOKEN);
    expect(said).not.toContain('a-guess');
  });

  it('sets the level of the log, its own variable before the common one', async () => {
    const { stdout } = await run(['--check', SMALL], { STREAMER_LOG_LEVEL: 'info', LOG_LEVEL: 'debug' });
    expect(stdout).toBe(
      'test-testsrc: test pattern testsrc, 64x48 at 25 fps, encoded: the source is a test pattern\nThe configuration is good.\n',
    );
  });
});

describe('the log', () => {
  it('is JSON, one event a line, where standard output is no terminal', async () => {
    const server = await startServer(['--idle-timeout', '0', SMALL]);
    const viewer = await Viewer.open(server.port);
    await viewer.take(1);
    await viewer.close();
    await server.logged(({ msg }) => msg === 'stream idle');
    await server.stop();
    // A busy machine may add warnings of late frames.
    const events = server.log.filter(({ level }) => level === 'info');
    expect(events.map(({ msg }) => msg)).toEqual([
      'test pattern testsrc, 64x48 at 25 fps, encoded: the source is a test pattern',
      'listening',
      'client connected',
      'stream connecting',
      'stream live',
      'client gone',
      'stream idle',
      'shutting down',
      'stopped',
    ]);
    for (const line of server.log) {
      expect(line).toMatchObject({
        level: expect.stringMatching(/^(info|warn)$/),
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
    }
  });

  it('warns of a server that everybody can reach and use', async () => {
    const open = await startServer(['--host', '0.0.0.0', SMALL]);
    expect(open.log.filter(({ level }) => level === 'warn').map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^Everybody who can reach 0\.0\.0\.0 can watch, since there is no token: /),
    ]);
    const closed = await startServer(['--host', '0.0.0.0', SMALL], { STREAMER_TOKEN: TOKEN });
    expect(closed.log.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return runNode(SERVER_BINARY, args, { env });
}

function expectRefusal(result: Awaited<ReturnType<typeof run>>, says: string | RegExp): void {
  expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  const [, sentence] = /^streamer-server: ([^\n]+)\n$/.exec(result.stderr) ?? [];
  if (typeof says === 'string') expect(sentence).toBe(says);
  else expect(sentence).toMatch(says);
}

/** First entry of the first quantization table of a JPEG (ITU-T T.81, B.2.4.1): 16 at quality 50, 80 at 10. */
function firstQuantizer(jpeg: Buffer): number {
  return jpeg[jpeg.indexOf(Buffer.from([0xff, 0xdb])) + 5]!;
}
