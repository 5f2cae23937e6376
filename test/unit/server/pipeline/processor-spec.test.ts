import { describe, expect, it } from 'vitest';
import { parseProcessorSpec } from '../../../../server/pipeline/processor-spec.js';
import { errorOf } from '../../../helpers/error-of.js';

describe('parseProcessorSpec', () => {
  it.each([
    ['motion.mjs', '/base/motion.mjs', {}],
    ['../a b/motion.js', '/a b/motion.js', {}],
    ['/abs/motion.cjs', '/abs/motion.cjs', {}],
    ['./watermark.mjs', '/base/watermark.mjs', {}],
    ['m.mjs?', '/base/m.mjs', {}],
    ['m.mjs?flag', '/base/m.mjs', { flag: '' }],
    ['m.mjs?a=1&b=x=y&c=', '/base/m.mjs', { a: '1', b: 'x=y', c: '' }],
    ['m.mjs?text=50%25%20off+%26%20more?', '/base/m.mjs', { text: '50% off+& more?' }],
    ['m.mjs?constructor=1&toString=2', '/base/m.mjs', { constructor: '1', toString: '2' }],
  ])('takes the module %s', (text, path, parameters) => {
    expect(parseProcessorSpec(text, '/base')).toEqual({ kind: 'module', path, parameters });
  });

  it.each([
    ['watermark', 'watermark', {}],
    ['watermark?position=top-right&size=8', 'watermark', { position: 'top-right', size: '8' }],
    ['watermark?text={stream}%20{time}', 'watermark', { text: '{stream} {time}' }],
    ['timecode', 'timecode', {}],
    ['timecode?', 'timecode', {}],
  ])('takes the built-in %s', (text, kind, parameters) => {
    expect(parseProcessorSpec(text, '/base')).toEqual({ kind, path: null, parameters });
  });

  it.each([
    ['', 'A processor needs a name: a file, watermark or timecode.'],
    ['?a=1', 'A processor needs a name: a file, watermark or timecode.'],
    ['watermrak', 'There is no processor "watermrak"; did you mean watermark?'],
    ['TimeCode', 'There is no processor "TimeCode"; did you mean timecode?'],
    ['blur', 'There is no processor "blur"; it is watermark, timecode, or a file that ends in .mjs.'],
    ['./watermark', 'There is no processor "./watermark"; it is watermark, timecode, or a file that ends in .mjs.'],
    ['blur.py', 'There is no processor "blur.py"; it is watermark, timecode, or a file that ends in .mjs.'],
    ['a\0.mjs', 'The processor "a\uFFFD.mjs" is no file name.'],
    [`${'a'.repeat(4100)}.mjs`, `The processor "${'a'.repeat(200)}…" is no file name.`],
    ['m.mjs?a=1&a=2', 'The processor has the parameter a twice.'],
    ['m.mjs?=1', 'A processor\'s parameter cannot be named "".'],
    ['m.mjs?a=1&', 'A processor\'s parameter cannot be named "".'],
    ['m.mjs?__proto__=1', 'A processor\'s parameter cannot be named "__proto__".'],
    ['m.mjs?a=50%', 'The parameter a has a % that is not followed by two digits; write %25.'],
    ['m.mjs?a=%1B', 'The parameter a has characters that cannot be shown.'],
    [`m.mjs?a=${'x'.repeat(1025)}`, 'The parameter a is longer than 1024 characters.'],
    [`m.mjs?${Array.from({ length: 33 }, (_, i) => `a${i}=`).join('&')}`, 'A processor takes at most 32 parameters.'],
    ['timecode?size=2', 'The timecode has no parameter "size"; it takes none.'],
    ['watermark?postion=top-left', 'The watermark has no parameter "postion"; did you mean position?'],
    ['watermark?colour=red', 'The watermark has no parameter "colour"; it takes position, size, text.'],
    ['watermark?size=9', 'The size of a watermark is 1 to 8, not "9".'],
  ])('refuses %j', (text, message) => {
    expect(errorOf(() => parseProcessorSpec(text, '/base'))).toMatchObject({ code: 'BAD_USAGE', message });
  });
});
