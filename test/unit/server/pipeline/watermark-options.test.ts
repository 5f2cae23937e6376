import { describe, expect, it } from 'vitest';
import { parseWatermarkOptions } from '../../../../server/pipeline/watermark-options.js';
import { errorOf } from '../../../helpers/error-of.js';

describe('parseWatermarkOptions', () => {
  it('has a default for everything', () => {
    const text = '{stream} {time} #{sequence}';
    expect(parseWatermarkOptions({})).toEqual({ position: 'top-left', size: null, text });
  });

  it('takes position, size and text', () => {
    const options = { position: 'bottom-right', size: '1', text: 'Hall 3, {time} {' };
    expect(parseWatermarkOptions(options)).toEqual({ ...options, size: 1 });
  });

  it.each([
    [{ position: 'topleft' }, 'A watermark has no position "topleft"; did you mean top-left?'],
    [
      { position: 'middle' },
      'A watermark has no position "middle"; there are top-left, top-right, bottom-left, bottom-right.',
    ],
    [{ size: '0' }, 'The size of a watermark is 1 to 8, not "0".'],
    [{ size: '1.5' }, 'The size of a watermark is 1 to 8, not "1.5".'],
    [{ size: '' }, 'The size of a watermark is 1 to 8, not "".'],
    [{ text: ' ' }, 'The text of a watermark has 1 to 200 characters.'],
    [{ text: 'x'.repeat(201) }, 'The text of a watermark has 1 to 200 characters.'],
    [{ text: '{tiem}' }, 'A watermark has no field {tiem}; did you mean time?'],
    [{ text: '{stream} {}' }, 'A watermark has no field {}; there are stream, time, sequence.'],
  ])('refuses %j', (parameters, message) => {
    const error = errorOf(() => parseWatermarkOptions(parameters));
    expect(error).toMatchObject({ code: 'BAD_USAGE', message });
  });
});
