// A short real run of the package installed in the folder named by the first argument: the server streams its bundled
// sample, the client measures it for three seconds. With --bundled nothing but node is on PATH, so the FFmpeg of the
// npm package has to do. Exits with 1 and the reason when anything is not as it should be.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const [, , folder, flag] = process.argv;
const bundledOnly = flag === '--bundled';
const nodeFolder = mkdtempSync(join(tmpdir(), 'node-only-'));
symlinkSync(process.execPath, join(nodeFolder, 'node'));
const env = { ...process.env, PATH: bundledOnly ? nodeFolder : process.env.PATH };

const server = spawn(binary('streamer-server'), ['--port', '0', '--http-port', '0', '--log-level', 'debug'], {
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const serverEnd = once(server, 'close');
try {
  const { origin, port } = await started();
  console.log(`server on port ${port} with FFmpeg from: ${origin}`);
  if (bundledOnly) assert.equal(origin, 'bundled');
  const args = ['--port', String(port), '--json', '--duration', '3'];
  const { stdout } = await promisify(execFile)(binary('streamer-client'), args, { env, timeout: 30_000 });
  check(JSON.parse(stdout));
  server.kill('SIGTERM');
  assert.deepEqual(await serverEnd, [0, null], 'the server ends with exit code 0');
} finally {
  server.kill('SIGKILL');
  rmSync(nodeFolder, { recursive: true });
}

function binary(name) {
  return join(folder, 'node_modules', '.bin', name);
}

/** Reads the log until the server listens; goes on reading, so that the server never waits for us. */
function started() {
  return new Promise((resolve, reject) => {
    let origin;
    createInterface({ input: server.stdout }).on('line', (line) => {
      const entry = JSON.parse(line);
      if (entry.msg === 'FFmpeg found') origin = entry.origin;
      if (entry.msg === 'listening') resolve({ origin, port: entry.port });
    });
    server.once('error', reject);
    server.once('close', (code) => reject(new Error(`the server ended with exit code ${code}`)));
  });
}

function check(summary) {
  const { frames, latencyUs, clock } = summary;
  console.log(
    `${frames.received} frames, p50 ${latencyUs.p50} us +- ${latencyUs.errorUs} us, clock error ${clock.errorUs} us`,
  );
  assert.equal(summary.schema, 'frame-streamer/summary/1');
  assert.ok(frames.received >= 45, 'at least half of the 90 frames came');
  assert.equal(frames.lost + frames.corrupt, 0);
  assert.equal(summary.reconnects, 0);
  assert.ok(latencyUs.p50 !== null && latencyUs.errorUs !== null);
}
