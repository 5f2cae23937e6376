import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PATTERN_NAMES } from '../../../../server/sources/pattern-spec.js';
import { parseSourceSpec, parseSourceSpecs } from '../../../../server/sources/source-spec.js';
import { StreamerError } from '../../../../shared/errors.js';
import { isStreamName } from '../../../../shared/stream-name.js';
import { errorOf } from '../../../helpers/error-of.js';

describe('parseSourceSpec, files', () => {
  it.each([
    ['video.mp4', 'video', 'video.mp4'],
    ['/a/b c/video.tar.mp4', 'video.tar', '/a/b c/video.tar.mp4'],
    ['door=video.mp4', 'door', 'video.mp4'],
    ['door=a=b.mp4', 'door', 'a=b.mp4'],
    ['./a=b.mp4', 'a-b', './a=b.mp4'],
    ['file:a=b.mp4', 'a-b', 'a=b.mp4'],
    ['door=file:a=b.mp4', 'door', 'a=b.mp4'],
    ['file:test:bars', 'test-bars', 'test:bars'],
    ['./test:bars', 'test-bars', './test:bars'],
    ['file:rtsp://x', 'x', 'rtsp://x'],
    ['../a=b.mp4', 'a-b', '../a=b.mp4'],
    ['..=a.mp4', '..-a', '..=a.mp4'],
    ['my cam=a.mp4', 'my-cam-a', 'my cam=a.mp4'],
    ['=a.mp4', 'a', '=a.mp4'],
    ['-a.mp4', 'a', '-a.mp4'],
    ['a?b&c#d.mp4', 'a-b-c-d', 'a?b&c#d.mp4'],
    ['it\'s "quoted"\n\t.mp4', 'it-s-quoted', 'it\'s "quoted"\n\t.mp4'],
    ['日本.mp4', 'video', '日本.mp4'],
    ['été.mp4', 't', 'été.mp4'],
    ['..', 'video', '..'],
    ['/', 'video', '/'],
    ['.mp4', '.mp4', '.mp4'],
    ['C:\\videos\\a.mp4', 'C-videos-a', 'C:\\videos\\a.mp4'],
    [`${'n'.repeat(100)}.mp4`, 'n'.repeat(64), `${'n'.repeat(100)}.mp4`],
    [`${'n'.repeat(65)}=a.mp4`, 'n'.repeat(64), `${'n'.repeat(65)}=a.mp4`],
  ])('%j is %s at %j', (text, name, path) => {
    expect(parseSourceSpec(text)).toEqual({ kind: 'file', name, path });
  });
});

describe('parseSourceSpec, test patterns', () => {
  it.each(PATTERN_NAMES)('knows %s, at 1280x720 and 30 frames per second', (pattern) => {
    const spec = { kind: 'pattern', name: `test-${pattern}`, pattern, width: 1280, height: 720, fps: 30 };
    expect(parseSourceSpec(`test:${pattern}`)).toEqual(spec);
  });

  it.each([
    ['test:bars?size=16x16', { width: 16, height: 16, fps: 30 }],
    ['test:bars?size=7680x4320&fps=1', { width: 7680, height: 4320, fps: 1 }],
    ['test:bars?fps=240&size=17x19', { width: 17, height: 19, fps: 240 }],
    ['test:bars?fps=29.97', { width: 1280, height: 720, fps: 29.97 }],
    ['test:bars?fps=30000/1001', { width: 1280, height: 720, fps: 30_000 / 1001 }],
  ])('takes the shape of %s', (text, shape) => {
    expect(parseSourceSpec(text)).toEqual({ kind: 'pattern', name: 'test-bars', pattern: 'bars', ...shape });
  });

  it('takes a name', () => {
    expect(parseSourceSpec('door=test:noise?size=640x480')).toMatchObject({
      name: 'door',
      pattern: 'noise',
      width: 640,
    });
  });
});

describe('parseSourceSpec, cameras and streams', () => {
  it.each([
    [
      'rtsp://cam1.lan:554/live/2',
      { kind: 'rtsp', name: 'cam1.lan-2', url: 'rtsp://cam1.lan:554/live/2', transport: 'tcp' },
    ],
    ['rtsp://u:p@h', { kind: 'rtsp', name: 'h', url: 'rtsp://u:p@h', transport: 'tcp' }],
    ['rtsps://h/a?transport=udp', { kind: 'rtsp', name: 'h-a', url: 'rtsps://h/a', transport: 'udp' }],
    ['rtsp://h/a?x=1&transport=tcp&y=2', { kind: 'rtsp', name: 'h-a', url: 'rtsp://h/a?x=1&y=2', transport: 'tcp' }],
    ['door=RTSP://h/a', { kind: 'rtsp', name: 'door', url: 'RTSP://h/a', transport: 'tcp' }],
    ['http://u:p@h:81/video.mjpg?a=b', { kind: 'http', name: 'h-video.mjpg', url: 'http://u:p@h:81/video.mjpg?a=b' }],
    ['https://[::1]:8443/', { kind: 'http', name: '1', url: 'https://[::1]:8443/' }],
    ['srt://h:9000?mode=caller', { kind: 'network', name: 'h', url: 'srt://h:9000?mode=caller' }],
    ['srt://:9000?mode=listener', { kind: 'network', name: 'video', url: 'srt://:9000?mode=listener' }],
    ['udp://@239.0.0.1:1234', { kind: 'network', name: '239.0.0.1', url: 'udp://@239.0.0.1:1234' }],
    ['tcp://h:1', { kind: 'network', name: 'h', url: 'tcp://h:1' }],
    ['device:/dev/video0', { kind: 'device', name: 'video0', device: '/dev/video0' }],
    ['device:FaceTime HD', { kind: 'device', name: 'FaceTime-HD', device: 'FaceTime HD' }],
    ['-', { kind: 'stdin', name: 'stdin' }],
    ['in=-', { kind: 'stdin', name: 'in' }],
  ])('%s', (text, expected) => {
    expect(parseSourceSpec(text)).toEqual(expected);
  });

  it('keeps passwords out of the name', () => {
    expect(parseSourceSpec('rtsp://user:s3cret@h/a?token=t0p').name).toBe('h-a');
  });
});

describe('parseSourceSpec, refusals', () => {
  it.each([
    ['', 'The source "" names no file.'],
    ['door=', 'The source "door=" names no file.'],
    ['file:', 'The source "file:" names no file.'],
    ['a\0b', 'The source "a\\u0000b" has a NUL character in its file name.'],
    ['all=a.mp4', 'A source cannot be named "all", which means every stream.'],
    ['test:', 'There is no test pattern ""; the patterns are bars, testsrc, gradient, noise, life.'],
    ['test:bras', 'There is no test pattern "bras"; did you mean test:bars?'],
    ['test:Bars', 'There is no test pattern "Bars"; did you mean test:bars?'],
    ['test:bars?sice=1x1', 'A test pattern has no parameter "sice"; did you mean size?'],
    ['test:bars?', 'A test pattern has no parameter ""; it knows size and fps.'],
    ['test:bars?fps=3&', 'A test pattern has no parameter ""; it knows size and fps.'],
    ['test:bars?fps=3&fps=3', 'The test pattern has fps twice.'],
    ['test:bars?size=15x16', 'The size must be from 16x16 to 7680x4320, not "15x16".'],
    ['test:bars?size=16x4321', 'The size must be from 16x16 to 7680x4320, not "16x4321".'],
    ['test:bars?size=7681x16', 'The size must be from 16x16 to 7680x4320, not "7681x16".'],
    ['test:bars?size=hd720', 'The size must be from 16x16 to 7680x4320, not "hd720".'],
    ['test:bars?size', 'The size must be from 16x16 to 7680x4320, not "".'],
    ['test:bars?fps=0.5', 'The fps must be a number from 1 to 240 or a fraction such as 30000/1001, not "0.5".'],
    ['test:bars?fps=241', 'The fps must be a number from 1 to 240 or a fraction such as 30000/1001, not "241".'],
    ['test:bars?fps=', 'The fps must be a number from 1 to 240 or a fraction such as 30000/1001, not "".'],
    ['htp://h/a.mp4', '"htp://h/a.mp4" has a scheme that is not known; did you mean http://?'],
    ['rstp://u:p@h/a', '"rstp://u:***@h/a" has a scheme that is not known; did you mean rtsp://?'],
    [
      'x+y://u:p@h/a',
      '"x+y://u:***@h/a" has a scheme that is not known; the schemes are rtsp, rtsps, http, https, srt, udp, tcp.',
    ],
    ['rtsp://u:p@/a', '"rtsp://u:***@/a" names no host.'],
    ['http://', '"http://" names no host.'],
    ['http://h:99999/', '"http://h:99999/" is no address; check host and port.'],
    ['http://h/a b', '"http://h/a b" has a space or a control character; write it as %20.'],
    ['udp://239.0.0.1', '"udp://239.0.0.1" names no port.'],
    ['rtsp://h/a?transport=sctp', 'The transport must be tcp or udp, not "sctp".'],
    ['rtsp://h/a?transport=udp&transport=tcp', '"rtsp://h/a?transport=udp&transport=tcp" has transport twice.'],
    [`http://h/${'a'.repeat(2048)}`, 'An address may have 2048 characters; one has 2057.'],
    ['device:', 'A device needs a name, such as device:/dev/video0.'],
  ])('%j', (text, message) => {
    expect(errorOf(() => parseSourceSpec(text))).toMatchObject({ code: 'BAD_USAGE', message });
  });

  it('shows no password, however long the text is', () => {
    const error = errorOf(() => parseSourceSpec(`rtspx://u:SECRET9${'x'.repeat(190)}@h`));
    expect(error.message).not.toContain('SECRET9');
    expect(error.message.length).toBeLessThan(400);
  });

  it('answers any text with a source of a valid name or a StreamerError', () => {
    const piece = fc.constantFrom(
      'test:',
      'file:',
      'bars',
      '?',
      '&',
      '=',
      'size=',
      'fps=',
      '16x16',
      '://',
      '.',
      '/',
      '-',
    );
    const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 4 }))).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (given) => {
        try {
          expect(isStreamName(parseSourceSpec(given).name)).toBe(true);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(StreamerError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('gives a path back as it was, whatever its characters', () => {
    const path = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(path, (given) => {
        expect(parseSourceSpec(`door=file:${given}`)).toEqual({ kind: 'file', name: 'door', path: given });
        expect(parseSourceSpec(`./${given}`)).toMatchObject({ kind: 'file', path: `./${given}` });
      }),
    );
  });
});

describe('parseSourceSpecs', () => {
  const names = (...texts: string[]) => parseSourceSpecs(texts).map(({ name }) => name);

  it('keeps the order and makes names unique that were made up', () => {
    expect(names('a.mp4', 'b.mp4', 'x/a.mp4', 'a.mkv')).toEqual(['a', 'b', 'a-2', 'a-3']);
    expect(names('test:bars', 'test:bars')).toEqual(['test-bars', 'test-bars-2']);
  });

  it('lets a given name win over one made up, wherever it stands', () => {
    expect(names('a.mp4', 'a=b.mp4', 'a-2=c.mp4')).toEqual(['a-3', 'a', 'a-2']);
  });

  it('does not make up the word for all streams', () => {
    expect(names('all.mp4')).toEqual(['all-2']);
  });

  it('keeps made-up names within 64 characters', () => {
    const long = `${'n'.repeat(64)}.mp4`;
    expect(names(long, long)).toEqual(['n'.repeat(64), `${'n'.repeat(62)}-2`]);
  });

  it('takes standard input once', () => {
    const error = errorOf(() => parseSourceSpecs(['a=-', 'b=-']));
    expect(error).toMatchObject({ code: 'BAD_USAGE', message: 'Standard input can be one source only.' });
  });

  it('refuses the same name given twice', () => {
    const error = errorOf(() => parseSourceSpecs(['a=x.mp4', 'a=y.mp4']));
    expect(error).toMatchObject({ code: 'BAD_USAGE', message: 'Two sources are named "a"; names must differ.' });
  });
});
