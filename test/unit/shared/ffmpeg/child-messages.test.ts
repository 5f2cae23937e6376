import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChildMessages } from '../../../../shared/ffmpeg/child-messages.js';

/** Everything that was said, in one go. */
function say(text: string): ChildMessages {
  const messages = new ChildMessages();
  messages.append(text);
  messages.close();
  return messages;
}

describe('ChildMessages', () => {
  it('cuts lines wherever the pieces begin and end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b ', '\n', '\r\n', '\r')),
        fc.infiniteStream(fc.nat(4)),
        (parts, cuts) => {
          const text = parts.join('');
          const told: string[] = [];
          const messages = new ChildMessages((line) => told.push(line));
          for (let offset = 0; offset < text.length;)
            messages.append(text.slice(offset, (offset += 1 + cuts.next().value)));
          messages.close();
          const lines = text.split(/[\r\n]/).map((line) => line.trimEnd());
          expect(told).toEqual(lines.filter((line) => line !== ''));
        },
      ),
    );
  });

  it('tells a line when it is complete, and the last one at the end', () => {
    const told: string[] = [];
    const messages = new ChildMessages((line) => told.push(line));
    messages.append('one\ntw');
    expect(told).toEqual(['one']);
    messages.append('o');
    messages.close();
    expect(told).toEqual(['one', 'two']);
  });

  it('keeps the last twelve lines of any number', () => {
    const messages = new ChildMessages();
    for (let line = 0; line < 10_000; line += 1) messages.append(`${line}\n`);
    expect(messages.lines).toEqual(Array.from({ length: 12 }, (_, i) => String(9988 + i)));
  });

  it('keeps the beginning of a line of any length', () => {
    const messages = new ChildMessages();
    messages.append('begin ');
    for (let piece = 0; piece < 100; piece += 1) messages.append('x'.repeat(100_000));
    messages.append('\nnext');
    messages.close();
    expect(messages.lines).toEqual([`begin ${'x'.repeat(994)}`, 'next']);
  });

  it.each([
    ['a password', 'rtsp://joe:secret@camera/1: 401', 'rtsp://joe:***@camera/1: 401'],
    ['a token', 'http://camera/?token=secret: 404', 'http://camera/?token=*** 404'],
    ['a password with a quote', 'rtsp://joe:S3"CRET@camera/1: 401', 'rtsp://joe:***@camera/1: 401'],
    [
      'a password as long as can be',
      `Error opening input file rtsp://joe:${'s'.repeat(2000)}@camera/: 401`,
      'Error opening input file rtsp://joe:***@camera/: 401',
    ],
    [
      'a password that reaches over the cut',
      `${'x'.repeat(980)}rtsp://joe:secret-secret@camera/`,
      `${'x'.repeat(980)}rtsp://joe:***@camer`,
    ],
    ['control characters', '\u001b[31mred\u0007', '\uFFFD[31mred\uFFFD'],
  ])('takes out %s', (_what, said, kept) => {
    expect(say(said).lines).toEqual([kept]);
  });

  it('takes out the secrets it was told of, wherever they stand', () => {
    const messages = new ChildMessages();
    messages.hide(['p@ssword']);
    messages.append('logging in as joe with p@ssword\n');
    expect(messages.lines).toEqual(['logging in as joe with ***']);
  });

  describe('reason', () => {
    it.each([
      ['nothing', '', null],
      ['one line', 'No such file', 'No such file'],
      [
        'the last line of several',
        'warning\nrtsp://camera/: Connection refused\n',
        'rtsp://camera/: Connection refused',
      ],
      [
        'who says it',
        '[rtsp @ 0x55d0c8a4c2c0] method OPTIONS failed: 401 Unauthorized',
        'method OPTIONS failed: 401 Unauthorized',
      ],
      ['who says it for whom', '[vist#0:0/h264 @ 0x5a] [dec:h264 @ 0x5b] Decode error', 'Decode error'],
      ['a bracket that is no address', '[::1]:554 refused', '[::1]:554 refused'],
      ['that it failed', 'x: Invalid data\nConversion failed!\n', 'x: Invalid data'],
      ['sums', 'x: Invalid data\nvideo:0kB audio:0kB muxing overhead: unknown\nExiting normally\n', 'x: Invalid data'],
      ['nothing of use', '[x @ 0x1] \nExiting normally, received signal 15.', null],
    ])('with %s', (_what, said, reason) => {
      expect(say(said).reason).toBe(reason);
    });
  });
});
