import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasCommand, requirePart } from './real-parts.js';

/** The version that is built, which is what go.mod under test/tools/mediamtx asks for. */
export const MEDIAMTX_VERSION = 'v1.14.0';

const MODULE = 'github.com/bluenviron/mediamtx';
const SOURCES = fileURLToPath(new URL('../tools/mediamtx/', import.meta.url));
const DEFAULT_CACHE = fileURLToPath(new URL('../../node_modules/.cache/frame-streamer/', import.meta.url));
const BUILD_LIMIT_MS = 600_000;
const USUAL_GO_FOLDERS = ['/usr/local/go/bin', '/usr/lib/go/bin'];

/** Whether tests may use MediaMTX; the first time it is built, which takes half a minute, or a few with a cold cache. */
export function requireMediamtx(): boolean {
  return requirePart(
    'MediaMTX',
    mediamtxPath() !== null,
    'put mediamtx on PATH, or set MEDIAMTX_PATH, or install Go 1.24 or newer and let it load modules once',
  );
}

/** The program: MEDIAMTX_PATH, else `mediamtx` on PATH, else one built here; null where there is none. */
export function mediamtxPath(): string | null {
  const given = process.env.MEDIAMTX_PATH;
  if (given !== undefined && given !== '') return given;
  if (hasCommand('mediamtx')) return 'mediamtx';
  // Not `??=`: one that could not be built is not tried again.
  if (builtPath === undefined) builtPath = build();
  return builtPath;
}

let builtPath: string | null | undefined;

function build(): string | null {
  const folder = process.env.FRAME_STREAMER_TOOLS ?? DEFAULT_CACHE;
  const path = join(folder, `mediamtx-${sourcesHash()}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  // Several test files may build at the same time: each makes its own file, and all of them are right.
  const partial = `${path}.${process.pid}`;
  const copy = mkdtempSync(join(tmpdir(), 'mediamtx-sources-'));
  try {
    copyCompleteSources(copy);
    go(['build', '-trimpath', '-ldflags=-s -w', '-o', partial, '.'], copy);
    renameSync(partial, path);
    return path;
  } catch (error) {
    console.warn(`MediaMTX could not be built: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  } finally {
    rmSync(copy, { recursive: true, force: true });
    rmSync(partial, { force: true });
  }
}

/** The module as it is published lacks two files that its own build generates and its program embeds. */
function copyCompleteSources(folder: string): void {
  const { Dir: published } = JSON.parse(go(['mod', 'download', '-json', MODULE], SOURCES)) as { Dir: string };
  cpSync(published, folder, { recursive: true });
  // Go keeps modules read-only, folders too.
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  writeFileSync(join(folder, 'internal/core/VERSION'), MEDIAMTX_VERSION);
  const player = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');
  copyFileSync(player, join(folder, 'internal/servers/hls/hls.min.js'));
}

/** @throws {Error} with what Go wrote to stderr when it fails. */
function go(args: readonly string[], cwd: string): string {
  const { status, error, stdout, stderr } = spawnSync(process.env.FRAME_STREAMER_GO ?? 'go', args, {
    cwd,
    encoding: 'utf8',
    timeout: BUILD_LIMIT_MS,
    // A program without C builds faster, and runs wherever it is carried.
    env: { ...process.env, CGO_ENABLED: '0', PATH: [process.env.PATH, ...USUAL_GO_FOLDERS].join(delimiter) },
  });
  if (status === 0) return stdout;
  throw new Error(error?.message ?? (stderr || stdout));
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(SOURCES).sort()) hash.update(name).update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 16);
}
