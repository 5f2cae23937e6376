import type { ConnectionStatus } from './frame-stream.js';

/** Options of `joinBench`. */
export interface JoinBenchOptions {
  /** Address of the server's HTTP port, such as `http://machine-a:8080`; a path before it (a proxy's) is kept. */
  readonly serverUrl: string | URL;
  /** What the device is called in the report: 1 to 64 printable characters. The server makes it unique. */
  readonly name: string;
  /** Stream to receive until a benchmark names one; default the server's first one. */
  readonly stream?: string;
  readonly token?: string;
  /** What the device is, in words, for the report; default the browser and its system. */
  readonly about?: string;
  /** Called when something changed, and once a second while frames are counted; must not throw. */
  readonly onStatus?: (status: BenchStatus) => void;
}

/**
 * Where a device stands: it waits for a benchmark, knows when one begins, measures, works out what it measured, or has
 * told the server.
 */
export type BenchPhase = 'waiting' | 'starting' | 'running' | 'finishing' | 'done';

/** How a device is doing. Times are microseconds. */
export interface BenchStatus {
  readonly connection: ConnectionStatus['connection'];
  readonly phase: BenchPhase;
  /** What the server calls the device; null until it was taken. */
  readonly name: string | null;
  /** The stream that it receives; null while there is none. */
  readonly stream: string | null;
  /** Why it is not connected, was refused, or a benchmark came to no end; null where there is nothing to say. */
  readonly reason: ConnectionStatus['reason'];
  /** Until the window begins, and until it ends; null where there is none, or the server's clock is not known. */
  readonly startsInUs: number | null;
  readonly endsInUs: number | null;
  /** Of the window that goes on or went by last; null before the first. */
  readonly figures: BenchFigures | null;
}

/** What a device measured in a window so far. */
export interface BenchFigures {
  readonly received: number;
  readonly lost: number;
  readonly skipped: number;
  readonly latencyP50Us: number | null;
  readonly latencyP99Us: number | null;
  /** How far the latencies can be from the truth. */
  readonly errorUs: number | null;
  readonly reconnects: number;
  /** How long the page was hidden, in which browsers slow it down. */
  readonly hiddenUs: number;
}

/** A page as a device of benchmarks, until it leaves. */
export interface BenchDevice {
  readonly status: BenchStatus;
  /** Takes part no more, and closes the connection. Idempotent. */
  leave(): void;
}
