import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSourceSpec } from '../../../../server/sources/source-spec.js';
import { sourceText } from '../../../../server/sources/source-text.js';

describe('sourceText', () => {
  it.each([
    'videos/sample.mp4',
    './a=b.mp4',
    '/cams/*.jpg',
    'file:-',
    'file:test:bars',
    'file:cam=video.mp4',
    'file:file:x.mp4',
    'file:http://x',
    'test:bars?size=64x48&fps=50',
    'test:noise?size=1280x720&fps=29.97002997002997',
    'rtsp://user:secret@cam:554/live?x=y',
    'rtsp://cam/live?transport=udp',
    'rtsp://cam/live?x=y&transport=udp',
    'rtsps://cam/live',
    'http://cam/mjpeg?fps=5',
    'srt://host:9000?mode=caller',
    'udp://:5000',
    'device:/dev/video0',
    '-',
  ])('writes %s as it is', (text) => {
    expect(sourceText(parseSourceSpec(text))).toBe(text);
  });

  it('writes out what was left to the defaults', () => {
    expect(sourceText(parseSourceSpec('cam=test:bars'))).toBe('test:bars?size=1280x720&fps=30');
    expect(sourceText(parseSourceSpec('rtsp://cam/live?transport=tcp'))).toBe('rtsp://cam/live');
    expect(sourceText(parseSourceSpec('file:plain.mp4'))).toBe('plain.mp4');
  });

  it('gives text of which the same source is read again, whatever a file is called', () => {
    const awkward = fc.constantFrom('-', 'test:', 'device:', 'file:', 'http://', 'a=', 'all=');
    const path = fc.tuple(awkward, fc.string()).map((parts) => parts.join(''));
    const given = fc.oneof(path, fc.string()).filter((text) => text !== '' && !text.includes('\0'));
    fc.assert(
      fc.property(given, (text) => {
        const spec = { kind: 'file', name: 'x', path: text } as const;
        expect({ ...parseSourceSpec(sourceText(spec)), name: 'x' }).toEqual(spec);
      }),
    );
  });
});
