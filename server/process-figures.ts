/** What the system says of this process; only the main program asks it. */
export interface ProcessFigures {
  readonly nodeVersion: string;
  /** Resident memory. */
  readonly memoryBytes: number;
  /** CPU time since the start, of all threads. */
  readonly cpuSeconds: number;
}
