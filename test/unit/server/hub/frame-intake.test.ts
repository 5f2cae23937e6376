import { describe, expect, it } from 'vitest';
import { FrameIntake } from '../../../../server/hub/frame-intake.js';
import { CameraOfTest } from '../../../helpers/camera-of-test.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

describe('FrameIntake', () => {
  it('takes every frame from now on, none that the stream kept', () => {
    const { intake, publish } = setUp();
    publish(0);
    intake.open();
    expect(intake.first).toBeUndefined();
    publish(1);
    publish(2);
    expect(drain(intake)).toEqual([
      { sequence: 1, skipped: [] },
      { sequence: 2, skipped: [] },
    ]);
  });

  it('asks for the stream while it is open', () => {
    const { intake, camera } = setUp();
    intake.open();
    expect(camera.stream.subscriberCount).toBe(1);
    intake.close();
    expect(camera.stream.subscriberCount).toBe(0);
  });

  it('holds no more frames than it may, and the newest besides', () => {
    const { intake, publish } = setUp({ frames: 3, bytes: 1_000_000 });
    intake.open();
    for (let sequence = 0; sequence < 10; sequence += 1) publish(sequence);
    expect(intake.leftOut).toBe(6);
    expect(drain(intake)).toEqual([
      { sequence: 0, skipped: [] },
      { sequence: 1, skipped: [] },
      { sequence: 2, skipped: [] },
      { sequence: 9, skipped: [{ first: 3, last: 8 }] },
    ]);
  });

  it('holds no more bytes than it may, but for one frame', () => {
    const { intake, publish } = setUp({ frames: 100, bytes: 2_500 });
    intake.open();
    for (let sequence = 0; sequence < 10; sequence += 1) publish(sequence);
    expect(drain(intake).map(({ sequence }) => sequence)).toEqual([0, 1, 2, 9]);
    publish(10);
    expect(intake.first?.frame.header.sequence).toBe(10);
  });

  it('takes frames again as soon as one was written', () => {
    const { intake, publish } = setUp({ frames: 1, bytes: 1_000_000 });
    intake.open();
    const written: number[] = [];
    for (let sequence = 0; sequence < 5; sequence += 1) {
      publish(sequence);
      written.push(intake.first!.frame.header.sequence);
      intake.releaseFirst();
    }
    expect(written).toEqual([0, 1, 2, 3, 4]);
    expect(intake.leftOut).toBe(0);
  });

  it('tells of frames that the server itself dropped', () => {
    const { intake, publish, camera } = setUp();
    intake.open();
    publish(0);
    camera.stream.drop(1, 4);
    publish(5);
    expect(drain(intake)).toEqual([
      { sequence: 0, skipped: [] },
      { sequence: 5, skipped: [{ first: 1, last: 4 }] },
    ]);
    expect(intake.leftOut).toBe(0);
  });

  it('keeps what waits when it is closed', () => {
    const { intake, publish } = setUp({ frames: 2, bytes: 1_000_000 });
    intake.open();
    for (let sequence = 0; sequence < 4; sequence += 1) publish(sequence);
    intake.close();
    publish(4);
    expect(drain(intake).map(({ sequence }) => sequence)).toEqual([0, 1, 3]);
  });
});

function setUp(limits?: { frames: number; bytes: number }): {
  intake: FrameIntake;
  camera: CameraOfTest;
  publish: (sequence: number) => void;
} {
  const clock = new FakeClock();
  const camera = new CameraOfTest(clock);
  const intake = new FrameIntake(camera.stream, () => undefined, limits);
  const publish = (sequence: number): void =>
    camera.publish({ sequence, captureTimeUs: clock.nowUs() + sequence * 33_333, jpeg: Buffer.alloc(1000) });
  return { intake, camera, publish };
}

function drain(intake: FrameIntake): { sequence: number; skipped: unknown }[] {
  const taken = [];
  for (let first = intake.first; first; first = intake.first) {
    taken.push({ sequence: first.frame.header.sequence, skipped: first.skipped });
    intake.releaseFirst();
  }
  return taken;
}
