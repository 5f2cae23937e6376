/** The server's way from a file to JPEGs, source and pipeline, as fast as it can go. */
import type { EncodedFrame } from '../../../server/hub/frame.js';
import type { Size } from '../../../server/sources/output-size.js';
import type { Source, SourceSink } from '../../../server/sources/source.js';
import { DemandClock } from '../demand-clock.js';
import { endedChildrenCpuSeconds } from '../process-figures.js';
import { product } from '../product.js';
import { serveCommands } from '../worker-link.js';

const { openStreams } = await product('server/open-streams.js');
const { createStreamOpener } = await product('server/stream-opener.js');
const { resolveConfig } = await product('server/config.js');
const { createJpegCodec } = await product('server/pipeline/jpeg-codec.js');
const { FramePipeline } = await product('server/pipeline/frame-pipeline.js');
const { findFfmpeg } = await product('shared/ffmpeg/ffmpeg-binary.js');
const { createLogger } = await product('shared/logger.js');

export const commands = {
  /**
   * Decodes and encodes a file, all but its first frame: that is due at the moment the source is opened, and a source
   * begins with the next one. CPU seconds are those of Node and of FFmpeg from the start of the source to the last JPEG.
   */
  async encode({ path, quality }: { path: string; quality: number }) {
    const flags = { sources: [`clip=file:${path}`], loop: false, quality };
    const { config } = resolveConfig({ flags, env: {}, defaultSource: path });
    const encoding = new UnpacedEncoding(quality);
    const parts = { clock: encoding.clock, logger: createLogger({ level: 'error', pretty: false }) };
    const open = await createStreamOpener({ ...parts, binaries: await findFfmpeg(process.env) });
    const [stream] = await openStreams(config, open);
    if (!stream) throw new Error(`${path} was not opened`);
    const start = { cpu: process.cpuUsage(), childrenSeconds: endedChildrenCpuSeconds(), ms: performance.now() };
    await encoding.run(stream.opened.source);
    const { user, system } = process.cpuUsage(start.cpu);
    return {
      frames: encoding.frames,
      jpegBytes: encoding.jpegBytes,
      nodeSeconds: (user + system) / 1e6,
      ffmpegSeconds: endedChildrenCpuSeconds() - start.childrenSeconds,
      wallSeconds: (performance.now() - start.ms) / 1000,
    };
  },
};

/** The commands this worker takes. */
export type EncodeCommands = typeof commands;

/** A pipeline that is handed the next frame whenever an encoder is free. */
class UnpacedEncoding {
  readonly clock: DemandClock;
  frames = 0;
  jpegBytes = 0;
  private underWay = 0;
  private failure: Error | null = null;
  private readonly pipeline: InstanceType<typeof FramePipeline>;

  constructor(quality: number) {
    const codec = createJpegCodec(quality);
    this.clock = new DemandClock(() => this.underWay < codec.parallel);
    const sink = {
      publish: (frame: EncodedFrame) => this.onEncoded(frame),
      drop: () => (this.failure ??= new Error('a frame was dropped although none had to wait')),
    };
    const onError = (error: Error) => (this.failure ??= error);
    const asItIs = {
      processing: null,
      isPassedOn: () => true,
      sizeFor: ({ width, height }: Size) => ({ width, height }),
    };
    this.pipeline = new FramePipeline({ codec, ...asItIs, clock: this.clock, onError }, sink);
  }

  /** Resolves when the source has come to its end and every frame is encoded. */
  async run(source: Source): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const sink: SourceSink = {
        onInfo: () => undefined,
        onWarning: reject,
        onFrame: (frame) => {
          this.underWay += 1;
          this.pipeline.accept(frame);
        },
        onDrop: (first, last) => reject(new Error(`the source dropped frames ${first} to ${last}`)),
        onEnd: resolve,
        onError: reject,
      };
      source.start(sink, 0);
    });
    await this.pipeline.whenIdle();
    if (this.failure) throw this.failure;
  }

  private onEncoded({ jpeg }: EncodedFrame): void {
    this.underWay -= 1;
    this.frames += 1;
    this.jpegBytes += jpeg.length;
    this.clock.pass();
  }
}

serveCommands(commands);
