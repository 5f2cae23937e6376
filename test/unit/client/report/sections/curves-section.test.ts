import { describe, expect, it } from 'vitest';
import { curvesSection } from '../../../../../client/report/sections/curves-section.js';
import { failedSubject, sampleSubject } from '../../../../helpers/sample-subject.js';

describe('curvesSection', () => {
  it('has a solid curve for the latency and a dashed one for the age, with what was delivered and lost', () => {
    const subject = sampleSubject({ name: 'a' });
    const counts = { delivered: 1780, lost: 20, errorUs: 350 };
    expect(curvesSection([subject])?.curves).toEqual([
      { name: 'a', distribution: subject.histograms?.latency, dashed: false, ...counts },
      { name: 'a, age', distribution: subject.histograms?.age, dashed: true, ...counts },
    ]);
  });

  it('does not claim to know what was lost where nothing shows it', () => {
    const frames = { received: 1800, lost: 0, skipped: 0, corrupt: 0 };
    const subject = sampleSubject({ name: 'a' }, { frames, canTellLost: false });
    expect(curvesSection([subject])?.curves.map(({ lost }) => lost)).toEqual([null, null]);
  });

  it('counts beside a curve the frames of the sessions that are in it, and of no others', () => {
    const timed = sampleSubject({ name: 'a' });
    const untimed = sampleSubject({ name: 'b' }, { latencyUs: failedSubject('b').latencyUs, canTellLost: false });
    const total = { ...timed, kind: 'total' as const, frames: { ...timed.frames, received: 3560, lost: 40 } };
    const whole = { ...total, canTellLost: false };
    expect(curvesSection([whole], { sessions: [timed, untimed] })?.curves).toMatchObject([
      { name: 'a (of 1 of 2 sessions)', delivered: 1780, lost: 20 },
      { name: 'a, age', delivered: 3560, lost: 40, isLostAtLeast: true },
    ]);
  });

  it('is none where no latency is known', () => expect(curvesSection([failedSubject('a')])).toBeNull());

  it('draws eight of many and says so', () => {
    const section = curvesSection(Array.from({ length: 9 }, (_, n) => sampleSubject({ name: `a${n}` })));
    expect(section?.curves).toHaveLength(16);
    expect(section?.note).toMatch(/The first 8 of 9 are drawn\.$/);
  });
});
