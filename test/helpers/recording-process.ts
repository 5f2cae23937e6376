import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('recording-child.ts', import.meta.url));

/** A process that records; see `recording-child.ts`. */
export class RecordingProcess {
  /** Capture times of the frames that were published, in microseconds. */
  readonly published: number[] = [];
  private readonly gone: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    this.gone = once(child, 'close');
    createInterface({ input: child.stdout! }).on('line', (line) => this.published.push(Number(line.split(' ')[1])));
  }

  static start(directory: string, format: 'mkv' | 'mp4', ffmpegPath: string): RecordingProcess {
    const args = ['--import', 'tsx', PROGRAM, directory, format, ffmpegPath];
    return new RecordingProcess(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Ends it as nothing can prevent; resolves when it is gone. */
  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.gone;
  }
}
