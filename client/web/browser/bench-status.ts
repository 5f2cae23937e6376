import type { BenchFigures, BenchPhase } from '../../../shared/bench/bench-measurement.js';
import type { ConnectionStatus } from './frame-stream.js';

/** Options of `joinBench`. */
export interface JoinBenchOptions {
  /** Address of the server's HTTP port, such as `http://machine-a:8080`; a path before it (a proxy's) is kept. */
  readonly serverUrl: string | URL;
  /** What the device is called in the report: 1 to 64 printable characters. The server makes it unique. */
  readonly name: string;
  /** Stream to receive already before a benchmark names one; default none. */
  readonly stream?: string;
  readonly token?: string;
  /** What the device is, in words, for the report; default the browser and its system. */
  readonly about?: string;
  /** Called when something changed, and once a second while frames are counted; must not throw. */
  readonly onStatus?: (status: BenchStatus) => void;
}

/** How a device is doing. Times are microseconds. */
export interface BenchStatus {
  readonly connection: ConnectionStatus['connection'];
  readonly phase: BenchPhase;
  /** What the server calls the device; null until it was taken. */
  readonly name: string | null;
  /** The stream that it receives; null before a benchmark named one. */
  readonly stream: string | null;
  /** Why it is not connected, was refused, or a benchmark came to no end; null where there is nothing to say. */
  readonly reason: ConnectionStatus['reason'];
  /** Until the window begins, and until it ends; null where there is none, or the server's clock is not known. */
  readonly startsInUs: number | null;
  readonly endsInUs: number | null;
  /** Of the window that goes on or went by last; null before the first. */
  readonly figures: BenchFigures | null;
}

/** A page as a device of benchmarks, until it leaves. */
export interface BenchDevice {
  readonly status: BenchStatus;
  /** Takes part no more, and closes the connection. Idempotent. */
  leave(): void;
}
