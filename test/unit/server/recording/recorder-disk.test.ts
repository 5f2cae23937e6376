import { describe, expect, it } from 'vitest';
import type { StreamerError } from '../../../../shared/errors.js';
import { systemError } from '../../../helpers/fake-disk.js';
import { recorderOfTest as setUp } from '../../../helpers/recorder-of-test.js';
import { until } from '../../../helpers/until.js';

const SECOND_US = 1_000_000;

describe('a disk that is slow', () => {
  it('costs frames, which are told, and never holds up the stream', async () => {
    const limits = { frames: 3, bytes: 1_000_000 };
    const { recorder, publish, disk, sidecars, log } = setUp({}, { limits });
    await recorder.start();
    disk.hold();
    for (let sequence = 0; sequence < 10; sequence += 1) publish(sequence);
    await until(() => disk.waiting > 0);
    disk.release();
    await recorder.stop();
    expect(recorder.status()).toMatchObject({ frames: 4, droppedFrames: 6 });
    expect(sidecars()[0]!.slice(1)).toMatchObject([
      { sequence: 0 },
      { sequence: 1 },
      { sequence: 2 },
      { skippedFirst: 3, skippedLast: 8 },
      { sequence: 9 },
    ]);
    expect(log.messages('warn')).toEqual(['frames are not recorded: writing takes too long']);
  });

  it('that hangs for good does not keep the recording from being stopped', async () => {
    const { recorder, publish, disk, log, clock } = setUp();
    await recorder.start();
    disk.hold();
    publish(0);
    await until(() => disk.waiting > 0);
    const stopped = recorder.stop();
    clock.advance(30 * SECOND_US);
    await stopped;
    expect(log.messages('error')).toEqual(['the disk takes too long; the last file may lack its end']);
    disk.release();
  });
});

describe('a disk that fails', () => {
  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EIO', 'RECORDING_FAILED'],
    ['EFBIG', 'RECORDING_FAILED'],
  ])('with %s stops the recording once, as %s', async (systemCode, code) => {
    const told: StreamerError[] = [];
    const set = setUp({}, { onStopped: (error) => told.push(error) });
    const { recorder, publish, disk, camera, log } = set;
    await recorder.start();
    publish(0);
    publish(1);
    await until(() => recorder.status().frames === 2);
    const wholeBytes = recorder.status().bytes;
    disk.fault = (operation, path) => (operation === 'append' && path.endsWith('mkv') ? systemError(systemCode) : null);
    publish(2);
    publish(3);
    await until(() => told.length > 0);
    publish(4);
    expect(told.map((error) => error.code)).toEqual([code]);
    expect(camera.stream.subscriberCount).toBe(0);
    expect(recorder.status()).toMatchObject({ state: 'stopped', frames: 2, droppedFrames: 2, error: told[0] });
    const [video] = [...disk.files.values()];
    expect(video).toMatchObject({ isClosed: true });
    expect(video!.bytes.length).toBe(wholeBytes);
    await recorder.stop();
    expect(told.length).toBe(1);
    expect(log.messages('error')).toEqual(['recording failed; streaming goes on']);
  });

  it('when the file is made stops it too, and leaves none', async () => {
    const { recorder, publish, disk } = setUp();
    await recorder.start();
    disk.fault = (operation) => (operation === 'append' ? systemError('ENOSPC') : null);
    publish(0);
    await until(() => recorder.status().state === 'stopped');
    expect(recorder.status()).toMatchObject({ frames: 0, droppedFrames: 1, error: { code: 'DISK_FULL' } });
    expect(disk.files.size).toBe(0);
  });

  it('with the sidecar stops it too', async () => {
    const { recorder, publish, disk, clock } = setUp();
    await recorder.start();
    publish(0);
    await until(() => recorder.status().frames === 1);
    disk.fault = (operation, path) => (operation === 'append' && path.endsWith('jsonl') ? systemError('EIO') : null);
    clock.advance(SECOND_US);
    await until(() => recorder.status().state === 'stopped');
    expect(recorder.status().error?.code).toBe('RECORDING_FAILED');
  });

  it('at the very end leaves the frames', async () => {
    const { recorder, publish, disk } = setUp();
    await recorder.start();
    publish(0);
    await until(() => recorder.status().frames === 1);
    const { bytes } = recorder.status();
    disk.fault = (operation, path) => (operation === 'append' && path.endsWith('mkv') ? systemError('ENOSPC') : null);
    await recorder.stop();
    expect(recorder.status().error?.code).toBe('DISK_FULL');
    expect([...disk.files.values()][0]!.bytes.length).toBe(bytes);
  });
});
