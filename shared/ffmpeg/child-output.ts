import type { Socket } from 'node:net';
import { platform } from 'node:os';
import type { Readable } from 'node:stream';
import type { ByteSink } from './byte-sink.js';
import { openSocketPair } from './socket-pair.js';

/** The standard output of a child on its way into a sink. */
export interface ChildOutput {
  /** What the child is to be spawned with as its standard output. */
  readonly stdio: Socket | 'pipe';
  /** To be called when the child was spawned, with this side of its pipe, or when that failed, with null. */
  begin(stdout: Readable | null): void;
  /** After the sink said that it takes no more. */
  resume(): void;
  /** Ends it: what still comes is dropped, and the sink is not filled any more. */
  close(): void;
}

/** Prepares the way from a child's standard output into `sink`; never rejects. */
export async function openChildOutput(sink: ByteSink, os: NodeJS.Platform = platform()): Promise<ChildOutput> {
  try {
    return await openSocketOutput(sink, os);
  } catch {
    // The ordinary pipe costs a copy more, and where even that is not to be had the child's start tells why.
    return new PipeOutput(sink);
  }
}

/** Bytes go from the kernel straight into the memory of the sink. */
async function openSocketOutput(sink: ByteSink, os: NodeJS.Platform): Promise<ChildOutput> {
  const onread = { buffer: () => sink.target(), callback: (lengthBytes: number) => sink.filled(lengthBytes) };
  const { reader, writer } = await openSocketPair(onread, os);
  let isClosed = false;
  reader.on('close', () => isClosed || sink.end());
  return {
    stdio: writer,
    // The child has its own copy of this end; without ours the reader sees the end when the child closes it.
    begin: () => void writer.destroy(),
    resume: () => void reader.resume(),
    close: () => {
      isClosed = true;
      writer.destroy();
      reader.destroy();
    },
  };
}

/** Bytes go through a Node stream and are copied into the memory of the sink. */
class PipeOutput implements ChildOutput {
  readonly stdio = 'pipe';
  private stdout: Readable | null = null;
  /** What was read but did not fit into the target. */
  private rest: Buffer | null = null;
  private isPaused = false;
  private isPumping = false;
  private isOver = false;
  private isClosed = false;

  constructor(private readonly sink: ByteSink) {}

  begin(stdout: Readable | null): void {
    if (!stdout) return this.onOver();
    this.stdout = stdout;
    // Not 'data': when the child is gone Node lets even a paused stream flow.
    stdout.on('readable', () => this.pump());
    stdout.on('close', () => this.onOver());
    stdout.on('error', () => stdout.destroy());
  }

  resume(): void {
    this.isPaused = false;
    this.pump();
  }

  close(): void {
    this.isClosed = true;
    this.stdout?.destroy();
  }

  private onOver(): void {
    this.isOver = true;
    this.pump();
  }

  private pump(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    while (!this.isPaused && !this.isClosed && (this.rest ??= this.read())) this.copy(this.rest);
    this.isPumping = false;
    this.tellEnd();
  }

  private read(): Buffer | null {
    return (this.stdout?.read() ?? null) as Buffer | null;
  }

  private copy(chunk: Buffer): void {
    const lengthBytes = chunk.copy(this.sink.target());
    this.rest = lengthBytes === chunk.length ? null : chunk.subarray(lengthBytes);
    this.isPaused = !this.sink.filled(lengthBytes);
  }

  private tellEnd(): void {
    if (!this.isOver || this.rest || this.isPaused || this.isClosed) return;
    this.isClosed = true;
    this.sink.end();
  }
}
