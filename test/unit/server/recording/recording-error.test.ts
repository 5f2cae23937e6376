import { describe, expect, it } from 'vitest';
import { recordingError } from '../../../../server/recording/recording-error.js';
import { StreamerError } from '../../../../shared/errors.js';
import { systemError } from '../../../helpers/fake-disk.js';

describe('recordingError', () => {
  it.each(['ENOSPC', 'EDQUOT'])('is DISK_FULL for %s', (code) => {
    const cause = systemError(code);
    const error = recordingError(cause, '/records');
    expect(error).toMatchObject({ code: 'DISK_FULL', cause });
    expect(error.message).toContain('/records');
  });

  it.each(['EIO', 'EFBIG', 'EACCES', 'EROFS'])('is RECORDING_FAILED for %s', (code) => {
    const cause = systemError(code);
    expect(recordingError(cause, '/records')).toMatchObject({
      code: 'RECORDING_FAILED',
      message: `Recording into /records failed: ${code}: it failed. Correct that, then start it again.`,
      cause,
    });
  });

  it('knows a full disk by the words of FFmpeg, also where they are only in its log', () => {
    const words = 'av_interleaved_write_frame(): No space left on device';
    const inMessage = new StreamerError('FFMPEG_FAILED', words);
    const inLog = new StreamerError('FFMPEG_FAILED', 'FFmpeg failed', { cause: new Error(`exited\n${words}`) });
    expect(recordingError(inMessage, '/records').code).toBe('DISK_FULL');
    expect(recordingError(inLog, '/records').code).toBe('DISK_FULL');
    expect(recordingError(new StreamerError('FFMPEG_FAILED', 'killed'), '/records').code).toBe('RECORDING_FAILED');
  });

  it('is kept as it is where it says all already', () => {
    const error = new StreamerError('RECORDING_FAILED', 'Every name is taken.');
    expect(recordingError(error, '/records')).toBe(error);
  });

  it('cannot change what a terminal shows', () => {
    expect(recordingError(new Error('a\u001b[2Jb'), '/records').message).toContain('a\ufffd[2Jb');
  });
});
