import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { LoopPlayer } from '../../../../server/publish/loop-player.js';
import { makeReel } from '../../../../server/publish/picture-reel.js';
import type { ReadPicture } from '../../../../server/publish/picture-reel.js';
import { PlaySchedule } from '../../../../server/publish/play-schedule.js';
import type { PacketizedPicture } from '../../../../server/rtsp/coded-video.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { reelOf, reelPictures } from '../../../helpers/picture-reel-of-test.js';

const START_US = 1_700_000_000_000_000;
const PLACE = { anchorUs: START_US, phase: 0 };

interface Shown {
  readonly atUs: number;
  readonly picture: PacketizedPicture;
}

/** A player of `reel` whose pictures are kept with the time they came at. */
function play(reel = reelOf({ pictures: 60, fps: 30, gop: 30 }), { loops = true, place = PLACE } = {}) {
  const clock = new FakeClock(START_US);
  const schedule = new PlaySchedule(clock);
  const shown: Shown[] = [];
  const told = { skipped: 0, loops: 0, ends: 0 };
  const player = new LoopPlayer(reel, loops, place, schedule, clock, {
    onFormat: () => undefined,
    onPicture: (picture) => shown.push({ atUs: clock.nowUs(), picture }),
    onSkip: (pictures) => (told.skipped += pictures),
    onLoop: () => (told.loops += 1),
    onEnd: () => (told.ends += 1),
  });
  return { clock, player, shown, told, schedule };
}

describe('LoopPlayer', () => {
  it('sends picture n of round r when it is due, to the microsecond, for hours', () => {
    const { clock, player, shown, told } = play();
    player.restart();
    clock.advance(3_600_000_000);
    expect(shown.length).toBe(3600 * 30 + 1);
    for (const index of [0, 1, 2, 59, 60, 61, 54_321, 108_000]) {
      const dueUs = START_US + Math.round((index * 1_000_000) / 30);
      expect(shown[index]?.atUs).toBe(dueUs);
      expect(shown[index]?.picture.captureTimeUs).toBe(dueUs);
      expect(shown[index]?.picture.ptsTicks).toBe(index * 3000);
      expect(shown[index]?.picture.isKey).toBe(index % 30 === 0);
    }
    expect(told).toEqual({ skipped: 0, loops: 1800, ends: 0 });
  });

  it('has time stamps grow by one step over the seam', () => {
    const { clock, player, shown } = play(reelOf({ pictures: 5, fps: 25, gop: 5 }));
    player.restart();
    clock.advance(2_000_000);
    const stamps = shown.map(({ picture }) => picture.ptsTicks);
    expect(stamps.slice(1).every((stamp, index) => stamp - stamps[index]! === 3600)).toBe(true);
  });

  it('leaves out what it missed and goes on with a key picture that is on time', () => {
    const { clock, player, shown, told } = play();
    player.restart();
    clock.advance(100_000);
    const before = shown.length;
    clock.sleep(700_000);
    clock.advance(1_000_000);
    const next = shown[before];
    expect(next?.picture.isKey).toBe(true);
    expect(next?.atUs).toBe(START_US + 1_000_000);
    expect(next?.picture.ptsTicks).toBe(90_000);
    expect(told.skipped).toBe(30 - before);
  });

  it('skips whole rounds after a long sleep of the machine', () => {
    const { clock, player, shown, told } = play();
    player.restart();
    clock.advance(0);
    clock.sleep(86_400_000_000);
    clock.advance(3_000_000);
    const resumed = shown[1];
    expect(resumed?.picture.captureTimeUs).toBe(resumed?.atUs);
    expect(resumed?.picture.isKey).toBe(true);
    expect(shown.length - 1 + told.skipped).toBeGreaterThanOrEqual(86_400 * 30);
  });

  it('sends what it missed at once when that is little', () => {
    const { clock, player, shown, told } = play();
    player.restart();
    clock.advance(0);
    clock.sleep(400_000);
    clock.advance(0);
    expect(shown.length).toBe(13);
    expect(told.skipped).toBe(0);
  });

  it('ends after one round where it does not loop', () => {
    const { clock, player, shown, told, schedule } = play(undefined, { loops: false });
    player.restart();
    clock.advance(10_000_000);
    expect(shown.length).toBe(60);
    expect(told).toEqual({ skipped: 0, loops: 0, ends: 1 });
    expect(clock.pending).toBe(0);
    void schedule;
  });

  it('begins anew with its first picture', () => {
    const { clock, player, shown } = play();
    player.restart();
    clock.advance(500_000);
    player.restart();
    const before = shown.length;
    clock.advance(100_000);
    expect(shown[before]?.picture.ptsTicks).toBe(0);
    expect(shown[before]?.picture.isKey).toBe(true);
  });

  it('stops in the middle of a call', () => {
    const { clock, player, shown } = play();
    player.restart();
    clock.advance(100_000);
    player.stop();
    const before = shown.length;
    clock.advance(1_000_000);
    player.restart();
    clock.advance(1_000_000);
    expect(shown.length).toBe(before);
  });

  it('keeps to its phase of the grid, whenever it begins', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 0, max: 5 }), (lateUs, sixth) => {
        const { clock, player, shown } = play(undefined, { place: { anchorUs: START_US, phase: sixth / 6 } });
        clock.advance(lateUs);
        player.restart();
        clock.advance(40_000);
        const steps = ((shown[0]!.atUs - START_US) * 30) / 1_000_000 - sixth / 6;
        expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-3);
        expect(shown[0]!.atUs).toBeGreaterThanOrEqual(START_US + lateUs);
      }),
    );
  });

  it('is woken once for all streams of one phase', () => {
    const clock = new FakeClock(START_US);
    const schedule = new PlaySchedule(clock);
    let pictures = 0;
    const reel = reelOf({ pictures: 30, fps: 25, gop: 30 });
    const sink = {
      onFormat: () => undefined,
      onPicture: () => (pictures += 1),
      onSkip: () => undefined,
      onLoop: () => undefined,
      onEnd: () => undefined,
    };
    for (let n = 0; n < 100; n += 1) new LoopPlayer(reel, true, PLACE, schedule, clock, sink).restart();
    expect(clock.pending).toBe(1);
    clock.advance(0);
    expect(pictures).toBe(100);
    expect(clock.pending).toBe(1);
  });
});

describe('makeReel', () => {
  const FORMAT = { codec: 'h264', parameterSets: [] } as const;

  it('plays reordered pictures in decoding order, captured no later than they are sent', () => {
    // I B B P, as a decoder gets it: I P B B.
    const order = [0, 3, 1, 2];
    const pictures = reelPictures(12).map(({ packets }, index): ReadPicture => ({
      packets: {
        ...packets,
        isKey: index === 0,
        ptsTicks: 3000 * (Math.floor(index / 4) * 4 + order[index % 4]!) + 6000,
      },
      dtsTicks: 3000 * index,
    }));
    const reel = makeReel(FORMAT, pictures, 30, null)!;
    expect(reel.durationTicks).toBe(36_000);
    expect(reel.reorderTicks).toBe(6000);
    const { clock, player, shown } = play(reel);
    player.restart();
    clock.advance(2_000_000);
    for (const { atUs, picture } of shown) expect(picture.captureTimeUs).toBeLessThanOrEqual(atUs);
    const stamps = shown.map(({ picture }) => picture.ptsTicks).sort((a, b) => a - b);
    // Each place is taken once, so a player sees an even stream over the seam.
    expect(stamps.slice(0, 40)).toEqual(Array.from({ length: 40 }, (_, index) => index * 3000));
  });

  it('refuses what would not loop cleanly', () => {
    const pictures = reelPictures(3);
    const [first, second] = pictures;
    expect(makeReel(FORMAT, [], 30, null)).toBeNull();
    expect(makeReel(FORMAT, [{ ...first!, packets: { ...first!.packets, isKey: false } }], 30, null)).toBeNull();
    const leading = { ...second!, packets: { ...second!.packets, ptsTicks: first!.packets.ptsTicks - 1 } };
    expect(makeReel(FORMAT, [first!, leading], 30, null)).toBeNull();
    expect(makeReel(FORMAT, [first!, { ...second!, dtsTicks: first!.dtsTicks }], 30, null)).toBeNull();
  });

  it('plays faster or slower where another rate is wanted', () => {
    const reel = makeReel(FORMAT, reelPictures(50, 25), 25, 50)!;
    expect(reel).toMatchObject({ fps: 50, durationTicks: 90_000 });
    expect(reel.pictures[1]?.sendTicks).toBe(1800);
  });

  it('takes the rate it is told for a single picture', () => {
    expect(makeReel(FORMAT, reelPictures(1), 10, null)).toMatchObject({ durationTicks: 9000, fps: 10 });
  });
});
