import type { CrowdFigures, CrowdProgress } from '../load/crowd.js';

/** Load whose size the search changes: sessions, cameras of a list, or streams that are published and read back. */
export interface LoadUnderTest {
  /** Brings it to `size`; resolves when it is there, or when it is clear that it cannot be. */
  resize(size: number): Promise<void>;
  begin(): Promise<void>;
  progress(): CrowdProgress;
  end(): Promise<CrowdFigures>;
  /** Idempotent. */
  close(): Promise<void>;
}
