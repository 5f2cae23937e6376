import { describe, expect, it } from 'vitest';
import { CrowdSeconds } from '../../../../client/load/crowd-seconds.js';
import { crowdSubjects } from '../../../../client/load/crowd-subjects.js';
import type { SessionResult } from '../../../../client/load/load-messages.js';
import { windowOrder } from '../../../../client/load/window-order.js';
import type { LoadTarget } from '../../../../client/load/crowd.js';
import { sampleSubject } from '../../../helpers/sample-subject.js';
import { generatorOf } from '../../../helpers/trust-samples.js';

const target = (name: string): LoadTarget => {
  return { name, kind: 'mjpeg', url: `http://host/${name}`, shownUrl: `http://host/${name}` };
};

/** A session of 30 fps that was there for a part of the window only, so that its frames are fewer a second of all of it. */
function session(id: number, ofTarget: number, windowFps: number): SessionResult {
  const subject = sampleSubject({ name: `s-${id}` }, { fps: { mean: 30, min: 30, max: 30 } });
  return { id, target: ofTarget, windowFps, subject };
}

function subjects(targets: readonly LoadTarget[], sessions: readonly SessionResult[]) {
  const { buckets } = windowOrder(0, 10_000, sessions.length);
  const [thread] = generatorOf().threads;
  const result = { thread: thread!, endUs: 10_000_000, sessions, targets: [], clocks: [] };
  const seconds = new CrowdSeconds({ total: buckets, target: buckets }, targets, [[]]);
  return crowdSubjects({ targets, seconds, results: [result], windowMs: 10_000 });
}

describe('the rate of a target', () => {
  it('is that of its session where it has one, from its own first frame on', () => {
    const { total, targets } = subjects([target('a'), target('b')], [session(1, 0, 29.6), session(2, 1, 14.8)]);
    expect(targets.map(({ fps }) => fps)).toEqual([
      { mean: 30, min: 30, max: 30 },
      { mean: 30, min: 30, max: 30 },
    ]);
    expect(total.fps.mean).toBeCloseTo(44.4);
  });

  it('is of the frames over the whole window where it has several', () => {
    const [only] = subjects([target('a')], [session(1, 0, 29.6), session(2, 0, 14.8)]).targets;
    expect(only?.fps.mean).toBeCloseTo(44.4);
  });
});
