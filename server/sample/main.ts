import { toStreamerError } from '../../shared/errors.js';
import { findFfmpeg } from '../../shared/ffmpeg/ffmpeg-binary.js';
import { encodeSample } from './encode.js';

/** `node main.js OUTPUT.mp4` makes the bundled sample video. */
async function main(outputPath: string | undefined): Promise<void> {
  if (outputPath === undefined) {
    process.stderr.write('usage: npm run make-sample\n');
    process.exitCode = 2;
    return;
  }
  try {
    const { ffmpegPath } = await findFfmpeg(process.env);
    await encodeSample(ffmpegPath, outputPath);
    process.stdout.write(`${outputPath} written with ${ffmpegPath}\n`);
  } catch (thrown) {
    const error = toStreamerError(thrown);
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

await main(process.argv[2]);
