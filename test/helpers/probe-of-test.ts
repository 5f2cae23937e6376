import { onTestFinished } from 'vitest';
import { ffmpegWhenNeeded } from '../../client/probe/probe-ffmpeg.js';
import { ProbeSession } from '../../client/probe/probe-session.js';
import { parseTargets } from '../../client/probe/probe-target.js';
import { MachineClock } from '../../client/probe/time-code-clock.js';
import type { TimeCodeClock } from '../../client/probe/time-code-clock.js';
import type { ProbeFigures, StreamSnapshot } from '../../client/metrics/snapshot.js';
import { SystemClock } from '../../shared/clock.js';
import { LogOfTest } from './log-of-test.js';
import { until } from './until.js';

/** A path with what only a probe knows of it. */
export type MeasuredPath = StreamSnapshot & { readonly probe: ProbeFigures };

/** A probe that runs for as long as the running test. */
export class ProbeOfTest {
  readonly log = new LogOfTest();
  readonly session: ProbeSession;
  isOver = false;

  constructor(texts: readonly string[], timeCodeClock: TimeCodeClock = new MachineClock(new SystemClock())) {
    const ffmpeg = ffmpegWhenNeeded(process.env);
    const parts = { clock: new SystemClock(), logger: this.log.logger, ffmpeg, timeCodeClock };
    const options = { targets: parseTargets(texts), reconnect: true, token: null };
    this.session = new ProbeSession(options, parts, () => (this.isOver = true));
    onTestFinished(() => this.session.stop());
    this.session.start();
  }

  /** The path of that name as it is now. */
  path(name: string): MeasuredPath {
    const path = this.session.snapshot().streams.find((each) => each.name === name);
    if (!path?.probe) throw new Error(`no path is called ${name}`);
    return { ...path, probe: path.probe };
  }

  /**
   * Resolves with a path once it is as `holds` wants it.
   *
   * @throws {Error} with its reason when it was given up before
   */
  async until(name: string, holds: (path: MeasuredPath) => boolean): Promise<MeasuredPath> {
    await until(() => {
      if (holds(this.path(name))) return true;
      const error = this.session.ended.get(name);
      if (error) throw error;
      return false;
    });
    return this.path(name);
  }

  /** Resolves with all paths once each has so many latencies. */
  async measured(names: readonly string[], latencies: number): Promise<MeasuredPath[]> {
    return Promise.all(names.map((name) => this.until(name, ({ latencyUs }) => latencyUs.count >= latencies)));
  }
}
