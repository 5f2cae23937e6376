import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEPT_PACKET_BYTES, RtspParser, RtspSyntaxError } from '../../../../shared/rtsp/rtsp-messages.js';
import { bytewise, cutAt, cuts } from '../../../helpers/chunked.js';

const ANSWER = 'RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 1;timeout=30\r\n\r\n';
const PACKET = '$\x01\x00\x06RTSP/1';
const LONG_PACKET = `$\x00\x01\x02${'$'.repeat(258)}`;
const REQUEST = 'OPTIONS rtsp://x/y RTSP/1.0\r\nCSeq: 9\r\n\r\n';

describe('RtspParser', () => {
  it('reads answers with their headers, by names without case', () => {
    expect(
      read([Buffer.from('RTSP/1.0 401 No way\r\nWWW-Authenticate: A\r\nwww-authenticate:B \r\n\r\n')]),
    ).toMatchObject({
      messages: [{ status: 401, reason: 'No way', headers: { 'www-authenticate': ['A', 'B'] } }],
      error: null,
    });
  });

  it('reads requests of the server', () => {
    expect(read([Buffer.from(REQUEST)]).messages).toEqual([{ method: 'OPTIONS', headers: { cseq: ['9'] } }]);
  });

  it('takes lines that end with a line feed only, an empty reason, and headers over several lines', () => {
    const { messages } = read([Buffer.from('\nRTSP/1.1 200\nCSeq: 1\nServer: a\n  b\n\n')]);
    expect(messages).toEqual([{ status: 200, reason: '', headers: { cseq: ['1'], server: ['a b'] } }]);
  });

  it('hands on bodies and packets, whatever is in them', () => {
    const body = `RTSP/1.0 200 OK\r\nContent-Length: 11\r\n\r\n$\x00\xff\xffRTSP/1\n`;
    const bytes = Buffer.from(`${PACKET}${body}${LONG_PACKET}\r\n${ANSWER}${PACKET}${PACKET}${REQUEST}`, 'latin1');
    const expected = [{ status: 200 }, { status: 200, reason: 'OK' }, { method: 'OPTIONS' }];
    expect(read([bytes]).messages).toMatchObject(expected);
    expect(read(bytewise(bytes)).messages).toMatchObject(expected);
    expect(read([bytes]).bodies).toEqual(['$\0\xff\xffRTSP/1\n', '']);
    const packet = { channel: 1, packet: 'RTSP/1', lengthBytes: 6 };
    expect(read([bytes]).packets).toEqual([
      packet,
      { channel: 0, packet: '$'.repeat(258), lengthBytes: 258 },
      packet,
      packet,
    ]);
    for (let place = 1; place < bytes.length; place += 1) {
      expect(read(cutAt(bytes, [place]))).toEqual(read([bytes]));
    }
  });

  it('keeps the begin of a packet that comes in pieces, and says how long it is', () => {
    const bytes = Buffer.concat([
      Buffer.from('$\x07\xff\xff', 'latin1'),
      Buffer.alloc(65_535, 'ab'),
      Buffer.from(ANSWER),
    ]);
    const { packets, messages } = read(cutAt(bytes, [2, 3000, 40_000]));
    expect(packets).toEqual([{ channel: 7, packet: 'ab'.repeat(1024), lengthBytes: 65_535 }]);
    expect(messages).toHaveLength(1);
  });

  it.each([
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['no protocol at all', '\x16\x03\x01\x00\x05hello\r\n\r\n'],
    ['a status out of range', 'RTSP/1.0 600 Much\r\n\r\n'],
    ['a header without a name', 'RTSP/1.0 200 OK\r\n: x\r\n\r\n'],
    ['a header without a colon', 'RTSP/1.0 200 OK\r\nCSeq\r\n\r\n'],
    ['a header that goes on before it began', 'RTSP/1.0 200 OK\r\n x: y\r\n\r\n'],
    ['a length that is none', 'RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['two lengths', 'RTSP/1.0 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a body that is too long', 'RTSP/1.0 200 OK\r\nContent-Length: 65537\r\n\r\n'],
    ['a carriage return in a line', 'RTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm="a\rInjected: x"\r\n\r\n'],
    ['a carriage return more', 'RTSP/1.0 200 OK\r\r\n\r\n'],
    ['a zero byte', 'RTSP/1.0 200 OK\r\nSession: a\0b\r\n\r\n'],
    ['a line without end', `RTSP/1.0 200 ${'x'.repeat(9000)}`],
    ['headers without end', `RTSP/1.0 200 OK\r\n${'a: b\r\n'.repeat(2000)}`],
    ['empty lines without end', '\r\n'.repeat(100)],
  ])('refuses %s, and has handed on what came before', (_, bytes) => {
    const { messages, error } = read([Buffer.from(ANSWER + bytes, 'latin1')]);
    expect(error).toBeInstanceOf(RtspSyntaxError);
    expect(messages).toHaveLength(1);
  });

  it('reads the same however the bytes are cut, and fails in no other way than it says', () => {
    const piece = fc.oneof(
      fc.constantFrom(ANSWER, PACKET, LONG_PACKET, REQUEST, '\r\n', '\n', ' ', ':', 'RTSP/1.0 ', '$', 'CSeq: 1\r\n'),
      fc.constantFrom('Content-Length: 5\r\n\r\n', 'Content-Length: 99999\r\n\r\n', 'x'.repeat(5000), '\0', '\xff\xff'),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), cuts, (pieces, cut) => {
        const bytes = Buffer.from(pieces.join(''), 'latin1');
        expect(read(cut(bytes))).toEqual(read([bytes]));
      }),
    );
  });

  it('takes a megabyte of spaces, colons or folded lines in a moment', () => {
    for (const filler of [' ', ':', 'a:\r\n b\r\n', '$\0\0\0', '$\0\0\x01']) {
      const bytes = Buffer.from(`RTSP/1.0 200 OK\r\na: ${filler.repeat(250_000)}`, 'latin1');
      expect(() => read([bytes])).not.toThrow();
    }
  });
});

/** All that is read of the chunks, and what ended the reading. */
function read(chunks: readonly Buffer[]) {
  const messages: object[] = [];
  const bodies: string[] = [];
  const packets: { channel: number; packet: string; lengthBytes: number }[] = [];
  const keep = <T extends { headers: ReadonlyMap<string, unknown> }>(message: T) =>
    void messages.push({ ...message, headers: Object.fromEntries(message.headers) });
  const parser = new RtspParser({
    onResponse: ({ body, ...head }) => {
      bodies.push(body.toString('latin1'));
      keep(head);
    },
    onRequest: keep,
    onPacket: (channel, bytes, start, lengthBytes) => {
      const end = start + Math.min(lengthBytes, KEPT_PACKET_BYTES);
      expect(end).toBeLessThanOrEqual(bytes.length);
      packets.push({ channel, packet: bytes.toString('latin1', start, end), lengthBytes });
    },
  });
  try {
    for (const chunk of chunks) parser.push(chunk);
    return { messages, bodies, packets, error: null };
  } catch (error) {
    if (!(error instanceof RtspSyntaxError)) throw error;
    return { messages, bodies, packets, error };
  }
}
