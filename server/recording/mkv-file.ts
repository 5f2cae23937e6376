import type { DiskFile } from './disk.js';
import { MatroskaWriter } from './matroska-writer.js';
import type { MatroskaOptions } from './matroska-writer.js';
import type { VideoFile } from './video-file.js';

/** A Matroska file of JPEGs as they are. Each frame is written with one call, so a killed process leaves whole frames. */
export class MkvFile implements VideoFile {
  private readonly writer: MatroskaWriter;
  private wholeBytes = 0;
  private isTorn = false;

  constructor(
    private readonly file: DiskFile,
    options: MatroskaOptions,
  ) {
    this.writer = new MatroskaWriter(options);
  }

  get bytes(): number {
    return this.wholeBytes;
  }

  async add(timeUs: number, jpeg: Buffer): Promise<void> {
    const header = this.wholeBytes === 0 ? [this.writer.header] : [];
    await this.append([...header, this.writer.cluster(timeUs, jpeg.length), jpeg]);
  }

  async measure(): Promise<void> {
    // It knows what it wrote.
  }

  async finish(): Promise<void> {
    try {
      if (this.isTorn) await this.file.truncate(this.wholeBytes);
      else if (this.wholeBytes > 0) await this.complete();
    } finally {
      await this.file.close();
    }
  }

  /** Last of all the length of the segment, which is true only with all the rest. */
  private async complete(): Promise<void> {
    const framesBytes = this.wholeBytes;
    const { tail, patches } = this.writer.finish();
    try {
      await this.append([tail]);
    } catch (error) {
      await this.file.truncate(framesBytes);
      throw error;
    }
    for (const { position, bytes } of patches) await this.file.overwrite(position, bytes);
  }

  private async append(pieces: readonly Buffer[]): Promise<void> {
    this.isTorn = true;
    await this.file.append(pieces);
    this.isTorn = false;
    for (const { length } of pieces) this.wholeBytes += length;
  }
}
