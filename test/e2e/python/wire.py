"""The messages of the frame-streamer protocol as bytes: sections 2 to 5 and 15 of docs/protocol.md."""

import json
import struct

PREFIX = struct.Struct('>IB')
FRAME_HEADER = struct.Struct('>HBBQQIIIIIIHHH')
MAX_U64 = 2**53 - 1
TIME_SOURCES = {1: 'schedule', 2: 'arrival', 3: 'source'}
# Section 15.
NAMES = {1: 'HELLO', 2: 'WELCOME', 3: 'FRAME', 4: 'ACK', 5: 'PING', 6: 'PONG', 7: 'STATS', 8: 'STREAM', 9: 'ERROR',
         10: 'BYE', 11: 'CREDIT', 12: 'SKIPPED', 13: 'BENCH'}
LIMITS = {'HELLO': 16384, 'WELCOME': 1048576, 'FRAME': 33554482, 'ACK': 10, 'PING': 8, 'PONG': 24, 'STATS': 65536,
          'STREAM': 16384, 'ERROR': 4096, 'BYE': 4096, 'CREDIT': 4, 'SKIPPED': 18, 'BENCH': 65536}
MAX_UNKNOWN = 65536
FROM_SERVER = {'WELCOME', 'FRAME', 'PING', 'PONG', 'STREAM', 'ERROR', 'BYE', 'CREDIT', 'SKIPPED', 'BENCH'}
# Section 4.
FIXED = {'ACK': ('>HQ', ('streamId', 'sequence')), 'PING': ('>Q', ('t0Us',)),
         'PONG': ('>QQQ', ('t0Us', 't1Us', 't2Us')), 'CREDIT': ('>HH', ('streamId', 'ackEvery')),
         'SKIPPED': ('>HQQ', ('streamId', 'first', 'last'))}
FRAME_FIELDS = ('streamId', 'format', 'timeSource', 'sequence', 'captureTimeUs', 'decodedOffsetUs',
                'processedOffsetUs', 'encodeStartOffsetUs', 'encodedOffsetUs', 'publishedOffsetUs', 'clockErrorUs',
                'width', 'height', 'flags')
KEPT = 1  # bit of flags


class ProtocolError(Exception):
    """Why a connection cannot go on: a code of section 13 and a sentence."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def bad_message(text):
    return ProtocolError('BAD_MESSAGE', text)


def encode(name, fields):
    """A whole message of the type `name`."""
    type_byte = next(number for number, known in NAMES.items() if known == name)
    if name in FIXED:
        layout, keys = FIXED[name]
        body = struct.pack(layout, *(fields[key] for key in keys))
    elif name == 'FRAME':
        body = encode_frame(fields)
    else:
        body = json.dumps(fields, separators=(',', ':'), ensure_ascii=False).encode()
    return PREFIX.pack(1 + len(body), type_byte) + body


def encode_frame(fields):
    source = next(number for number, known in TIME_SOURCES.items() if known == fields['timeSource'])
    values = (source if key == 'timeSource' else fields[key] for key in FRAME_FIELDS)
    return FRAME_HEADER.pack(*values) + fields['jpeg']


def decode(name, body):
    """The fields of a body; raises ProtocolError."""
    if name == 'FRAME':
        return decode_frame(body)
    if name in FIXED:
        return decode_fixed(name, body)
    try:
        fields = json.loads(body.decode('utf-8'))
    except (ValueError, RecursionError):
        raise bad_message(f'{name} is not JSON in UTF-8') from None
    if not isinstance(fields, dict):
        raise bad_message(f'{name} is not a JSON object')
    return fields


def decode_fixed(name, body):
    layout, keys = FIXED[name]
    if len(body) != struct.calcsize(layout):
        raise bad_message(f'{name} has {len(body)} bytes')
    fields = dict(zip(keys, struct.unpack(layout, body)))
    if max(fields.values()) > MAX_U64:
        raise bad_message(f'{name} has a number above 2^53 - 1')
    if fields.get('ackEvery') == 0:
        raise bad_message('CREDIT has ackEvery 0')
    if name == 'SKIPPED' and fields['last'] < fields['first']:
        raise bad_message('SKIPPED ends before it begins')
    return fields


def decode_frame(body):
    if len(body) <= FRAME_HEADER.size:
        raise bad_message('FRAME has no JPEG')
    fields = dict(zip(FRAME_FIELDS, FRAME_HEADER.unpack_from(body)))
    if fields['format'] != 1 or fields['timeSource'] not in TIME_SOURCES:
        raise bad_message('FRAME has an unknown format or time source')
    if max(fields['sequence'], fields['captureTimeUs']) > MAX_U64 or 0 in (fields['width'], fields['height']):
        raise bad_message('FRAME has a number out of its bounds')
    return dict(fields, timeSource=TIME_SOURCES[fields['timeSource']], jpeg=body[FRAME_HEADER.size:])


class Parser:
    """Cuts a stream of bytes into messages."""

    def __init__(self, accepts=FROM_SERVER):
        self.accepts = accepts
        self.data = bytearray()

    def feed(self, data):
        """Yields (name, fields) for each message that is complete now; raises ProtocolError."""
        self.data += data
        while len(self.data) >= 4:
            length = int.from_bytes(self.data[:4], 'big')
            if length == 0:
                raise bad_message('a message has no type')
            if len(self.data) < PREFIX.size:
                return
            name = self.check(self.data[4], length - 1)
            if len(self.data) < 4 + length:
                return
            body = bytes(self.data[PREFIX.size:4 + length])
            del self.data[:4 + length]
            if name is not None:
                yield name, decode(name, body)

    def check(self, type_byte, body_bytes):
        """Name of the type, None for an unknown one."""
        name = NAMES.get(type_byte)
        if name is not None and name not in self.accepts:
            raise ProtocolError('UNEXPECTED_MESSAGE', f'{name} came')
        if body_bytes > LIMITS.get(name, MAX_UNKNOWN):
            raise ProtocolError('MESSAGE_TOO_LONG', f'{name or type_byte} has {body_bytes} bytes')
        return name
