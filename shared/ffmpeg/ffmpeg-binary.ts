import { chmod } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StreamerError } from '../errors.js';
import { firstExecutable, isExecutable, searchPath } from '../executable.js';

/** The programs every FFmpeg child is started from, as absolute paths, and where `ffmpegPath` was found. */
export interface FfmpegBinaries {
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  readonly origin: 'env' | 'path' | 'bundled';
}

/** Where the npm packages say their binaries lie; rejects where a package is absent or knows no such platform. */
export interface BundledBinaries {
  ffmpeg(): Promise<string>;
  ffprobe(): Promise<string>;
}

type Tool = keyof BundledBinaries;

const INSTALL_HINT = 'install FFmpeg (for example `apt-get install ffmpeg`) or set FFMPEG_PATH and FFPROBE_PATH';

// Imported only when they are needed, because the import itself throws on a platform the packages do not know.
const INSTALLED_PACKAGES: BundledBinaries = {
  ffmpeg: async () => (await import('@ffmpeg-installer/ffmpeg')).default.path,
  ffprobe: async () => (await import('@ffprobe-installer/ffprobe')).default.path,
};

/**
 * Finds FFmpeg: FFMPEG_PATH, then `ffmpeg` on PATH, then the binary that came with the npm package. Its ffprobe is
 * FFPROBE_PATH, else the one in the same folder, else `ffprobe` on PATH, else the one of the npm package.
 * A variable that is set is an order: what it names is used or refused, never replaced by something else.
 *
 * @throws {StreamerError} FFMPEG_NOT_FOUND when a variable names no executable file, or when nothing was found.
 */
export async function findFfmpeg(
  env: NodeJS.ProcessEnv,
  bundled: BundledBinaries = INSTALLED_PACKAGES,
): Promise<FfmpegBinaries> {
  const { path: ffmpegPath, origin } = await findFfmpegItself(env, bundled);
  const ffprobePath =
    (await fromVariable('FFPROBE_PATH', env)) ??
    (await firstExecutable([dirname(ffmpegPath)], 'ffprobe')) ??
    (await firstExecutable(searchPath(env), 'ffprobe')) ??
    (await fromPackage('ffprobe', bundled));
  return { ffmpegPath, ffprobePath, origin };
}

async function findFfmpegItself(
  env: NodeJS.ProcessEnv,
  bundled: BundledBinaries,
): Promise<{ path: string; origin: FfmpegBinaries['origin'] }> {
  const named = await fromVariable('FFMPEG_PATH', env);
  if (named !== undefined) return { path: named, origin: 'env' };
  const onPath = await firstExecutable(searchPath(env), 'ffmpeg');
  if (onPath !== undefined) return { path: onPath, origin: 'path' };
  return { path: await fromPackage('ffmpeg', bundled), origin: 'bundled' };
}

async function fromVariable(
  variable: 'FFMPEG_PATH' | 'FFPROBE_PATH',
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const value = env[variable];
  if (value === undefined || value === '') return undefined;
  const path = resolve(value);
  if (await isExecutable(path)) return path;
  throw new StreamerError(
    'FFMPEG_NOT_FOUND',
    `${variable} is ${JSON.stringify(value)}, which is no executable file; correct it or unset it.`,
  );
}

async function fromPackage(tool: Tool, bundled: BundledBinaries): Promise<string> {
  let path: string;
  try {
    path = await bundled[tool]();
  } catch (cause) {
    throw new StreamerError(
      'FFMPEG_NOT_FOUND',
      `There is no ${tool} on PATH and none came with the package for this platform; ${INSTALL_HINT}.`,
      { cause },
    );
  }
  await makeExecutable(path, tool);
  return path;
}

/** With npm's install scripts switched off nobody has marked the binary as executable, so it is done here. */
async function makeExecutable(path: string, tool: Tool): Promise<void> {
  if (await isExecutable(path)) return;
  try {
    await chmod(path, 0o755);
  } catch (cause) {
    throw new StreamerError(
      'FFMPEG_NOT_FOUND',
      `The bundled ${tool} (${path}) is not executable; run \`chmod 755\` on it as its owner, or ${INSTALL_HINT}.`,
      { cause },
    );
  }
}
