import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { readFfmpegVersion } from '../../shared/ffmpeg/ffmpeg-version.js';
import type { ProbeFfmpeg } from './reader-parts.js';

/**
 * Asks for FFmpeg, and what is special about it, when it is first needed, and then not again. What it returns rejects
 * with FFMPEG_NOT_FOUND where there is none.
 */
export function ffmpegWhenNeeded(env: NodeJS.ProcessEnv): () => Promise<ProbeFfmpeg> {
  let found: Promise<ProbeFfmpeg> | null = null;
  return () => (found ??= find(env));
}

async function find(env: NodeJS.ProcessEnv): Promise<ProbeFfmpeg> {
  const { ffmpegPath } = await findFfmpeg(env);
  return { path: ffmpegPath, ...(await readFfmpegVersion(ffmpegPath)) };
}
