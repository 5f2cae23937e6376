import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../../../client/web/app/model/api-client.js';
import {
  EMPTY_FORM,
  fieldOfError,
  formOfStream,
  newStreamOf,
  streamPatchOf,
} from '../../../../../client/web/app/model/stream-form.js';
import { newStreamSchema } from '../../../../../shared/api/stream-schema.js';
import { streamSample } from '../../../../helpers/api-samples.js';

const FILLED = { ...EMPTY_FORM, name: ' cam1 ', url: ' rtsp://192.0.2.10/1 ' };

describe('newStreamOf', () => {
  it('sends only what was filled in', () => {
    expect(newStreamOf(FILLED)).toEqual({ name: 'cam1', url: 'rtsp://192.0.2.10/1' });
  });

  it('sends every setting as the API wants it', () => {
    const form = { ...FILLED, fps: '12.5', width: '640', height: '360', quality: '80', policy: 'queue:3' };
    const sent = newStreamOf({
      ...form,
      ...{ frameBuffer: '5', onDemand: false, idleTimeout: '30', hwaccel: true, watermark: true, timecode: true },
    });
    expect(sent).toEqual({
      ...{ name: 'cam1', url: 'rtsp://192.0.2.10/1', fps: 12.5, width: 640, height: 360, quality: 80 },
      ...{ policy: 'queue:3', frameBuffer: 5, onDemand: false, idleTimeout: 30, hwaccel: 'auto' },
      processor: ['watermark', 'timecode'],
    });
    expect(newStreamSchema.safeParse(sent).success).toBe(true);
  });

  it('sends what is no number as it is, so that the server refuses it', () => {
    const sent = newStreamOf({ ...FILLED, fps: 'many' });
    expect(sent).toMatchObject({ fps: 'many' });
    expect(newStreamSchema.safeParse(sent).success).toBe(false);
  });
});

describe('streamPatchOf', () => {
  const before = formOfStream(streamSample('cam1'));

  it('sends nothing while nothing was changed', () => {
    expect(streamPatchOf(before, before)).toEqual({});
  });

  it('sends what was changed, and null for what is the default again', () => {
    const after = { ...before, height: '', quality: '50', watermark: false, timecode: true, url: 'http://192.0.2.3/' };
    expect(streamPatchOf(before, after)).toEqual({
      url: 'http://192.0.2.3/',
      height: null,
      quality: 50,
      processor: ['timecode'],
    });
  });

  it('leaves a setting alone that has no default to go back to', () => {
    expect(streamPatchOf(before, { ...before, frameBuffer: '', policy: '' })).toEqual({});
  });
});

describe('formOfStream', () => {
  it('shows the settings, but not the source: its password is not told', () => {
    expect(formOfStream(streamSample('cam1'))).toMatchObject({
      ...{ name: 'cam1', url: '', fps: '', height: '480', quality: '80', watermark: true, timecode: false },
    });
  });
});

describe('fieldOfError', () => {
  it.each([
    ['STREAM_EXISTS', 'There is one already.', 'name'],
    ['SOURCE_FORBIDDEN', 'Files are not allowed.', 'url'],
    ['BAD_REQUEST', 'quality must be at most 100', 'quality'],
    ['BAD_REQUEST', 'stream_id must be …', 'name'],
    ['BAD_REQUEST', 'rtsp_url is missing', 'url'],
    ['TOO_MANY_STREAMS', 'The server has 50 already.', null],
  ])('finds the field of %s: %s', (code, message, field) => {
    expect(fieldOfError(new ApiError(code, message, 400))).toBe(field);
  });
});
