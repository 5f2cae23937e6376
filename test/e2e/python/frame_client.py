"""A client of the frame-streamer protocol, written from docs/protocol.md alone; needs Python 3.9 and nothing else.

Receives N frames and prints one line of JSON about them, or an `error` and exit code 1.
"""

import argparse
import json
import select
import socket
import statistics
import struct
import sys
import time

PREFIX = struct.Struct('>IB')
FRAME_HEADER = struct.Struct('>HBBQQIIIIIHH')
MAX_U64 = 2**53 - 1
TIME_SOURCES = {1: 'schedule', 2: 'arrival', 3: 'source'}
# Section 15.
NAMES = {1: 'HELLO', 2: 'WELCOME', 3: 'FRAME', 4: 'ACK', 5: 'PING', 6: 'PONG', 7: 'STATS', 8: 'STREAM', 9: 'ERROR',
         10: 'BYE', 11: 'CREDIT', 12: 'SKIPPED'}
LIMITS = {'HELLO': 16384, 'WELCOME': 262144, 'FRAME': 33554476, 'ACK': 10, 'PING': 8, 'PONG': 24, 'STATS': 65536,
          'STREAM': 16384, 'ERROR': 4096, 'BYE': 4096, 'CREDIT': 4, 'SKIPPED': 18}
MAX_UNKNOWN = 65536
FROM_SERVER = {'WELCOME', 'FRAME', 'PING', 'PONG', 'STREAM', 'ERROR', 'BYE', 'CREDIT', 'SKIPPED'}
# Section 4.
FIXED = {'ACK': ('>HQ', ('streamId', 'sequence')), 'PING': ('>Q', ('t0Us',)),
         'PONG': ('>QQQ', ('t0Us', 't1Us', 't2Us')), 'CREDIT': ('>HH', ('streamId', 'ackEvery')),
         'SKIPPED': ('>HQQ', ('streamId', 'first', 'last'))}
FRAME_FIELDS = ('streamId', 'format', 'timeSource', 'sequence', 'captureTimeUs', 'decodedOffsetUs',
                'encodeStartOffsetUs', 'encodedOffsetUs', 'publishedOffsetUs', 'clockErrorUs', 'width', 'height')


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


EPOCH_NS = time.time_ns() - time.monotonic_ns()


def now_us():
    return (EPOCH_NS + time.monotonic_ns()) // 1000


class ServerClock:
    """Offset of the server's clock and its error, from pings (section 10)."""

    def __init__(self):
        self.samples = []

    def add(self, pong, t3):
        t0, t1, t2 = pong['t0Us'], pong['t1Us'], pong['t2Us']
        self.samples.append((((t1 - t0) + (t2 - t3)) / 2, (t3 - t0) - (t2 - t1), t3))

    def at(self, t):
        """(offset, error) at the moment `t`."""
        return min(((offset, delay / 2 + 0.0003 * abs(t - t3) + 2) for offset, delay, t3 in self.samples),
                   key=lambda pair: pair[1])


class StreamState:
    """What has come of one stream, and what is owed for it."""

    def __init__(self):
        self.last = None
        self.announced = 0
        self.ack_every = 1
        self.unacked = 0


class Client:
    """One connection, until `wanted` frames have come."""

    def __init__(self, sock, wanted):
        self.sock, self.wanted = sock, wanted
        self.clock, self.streams = ServerClock(), {}
        self.welcome, self.done = None, False
        self.received = []  # (receive time, captureTimeUs, clockErrorUs)
        self.lost = self.skipped = 0
        self.first_sequence = self.last_sequence = None
        self.jpeg_ok = True
        self.next_ping_us = self.pings = 0

    def run(self, hello, deadline_us):
        parser = Parser()
        self.send('HELLO', hello)
        while not self.done:
            self.ping_when_due()
            if now_us() > deadline_us:
                raise ProtocolError('TIMEOUT', f'{len(self.received)} of {self.wanted} frames came in time')
            if not select.select([self.sock], [], [], max(0, self.next_ping_us - now_us()) / 1e6)[0]:
                continue
            data = self.sock.recv(1 << 18)
            at_us = now_us()
            if not data:
                raise ProtocolError('CONNECTION_LOST', 'the server closed without a word')
            for name, fields in parser.feed(data):
                getattr(self, 'on_' + name.lower())(fields, at_us)
                if self.done:
                    break
        self.send('BYE', {'code': 'CLIENT_CLOSING', 'message': 'Done.'})

    def send(self, name, fields):
        self.sock.sendall(encode(name, fields))

    def ping_when_due(self):
        if now_us() < self.next_ping_us:
            return
        self.send('PING', {'t0Us': now_us()})
        self.pings += 1
        self.next_ping_us = now_us() + (50_000 if self.pings < 8 else 1_000_000)

    def on_welcome(self, fields, _at_us):
        self.welcome = fields
        if fields.get('version') != 1:
            raise ProtocolError('BAD_VERSION', 'the server speaks another version')

    def on_ping(self, fields, at_us):
        self.send('PONG', {'t0Us': fields['t0Us'], 't1Us': at_us, 't2Us': now_us()})

    def on_pong(self, fields, at_us):
        self.clock.add(fields, at_us)
        self.finish_when_enough()

    def on_skipped(self, fields, _at_us):
        count = fields['last'] - fields['first'] + 1
        self.skipped += count
        self.stream(fields).announced += count

    def on_credit(self, fields, _at_us):
        stream = self.stream(fields)
        stream.ack_every = fields['ackEvery']
        if stream.last is not None:
            self.acknowledge(fields['streamId'], stream)

    def on_frame(self, fields, at_us):
        stream, sequence = self.stream(fields), fields['sequence']
        if stream.last is not None:
            self.lost += sequence - stream.last - 1 - stream.announced
        stream.last, stream.announced = sequence, 0
        stream.unacked += 1
        if stream.unacked >= stream.ack_every:
            self.acknowledge(fields['streamId'], stream)
        self.first_sequence = sequence if self.first_sequence is None else self.first_sequence
        self.last_sequence = sequence
        self.jpeg_ok &= fields['jpeg'].startswith(b'\xff\xd8') and fields['jpeg'].endswith(b'\xff\xd9')
        self.received.append((at_us, fields['captureTimeUs'], fields['clockErrorUs']))
        self.finish_when_enough()

    def on_stream(self, fields, _at_us):
        pass

    def on_error(self, fields, _at_us):
        raise ProtocolError(fields.get('code', ''), fields.get('message', ''))

    on_bye = on_error

    def stream(self, fields):
        return self.streams.setdefault(fields['streamId'], StreamState())

    def acknowledge(self, stream_id, stream):
        stream.unacked = 0
        self.send('ACK', {'streamId': stream_id, 'sequence': stream.last})

    def finish_when_enough(self):
        self.done = len(self.received) >= self.wanted and len(self.clock.samples) > 0

    def summary(self):
        latencies, errors = [], []
        for at_us, capture_us, clock_error_us in self.received:
            offset, error = self.clock.at(at_us)
            latencies.append((at_us + offset - capture_us) / 1000)
            errors.append((error + clock_error_us) / 1000)
        latency = {'min': min(latencies), 'median': statistics.median(latencies)} if latencies else None
        return {'frames': len(self.received), 'lost': self.lost, 'skipped': self.skipped,
                'firstSequence': self.first_sequence, 'lastSequence': self.last_sequence, 'latencyMs': latency,
                'errorMs': max(errors, default=None), 'jpegOk': self.jpeg_ok}


def main():
    options = argparse.ArgumentParser(description='Receives frames and prints one line of JSON about them.')
    options.add_argument('--host', default='127.0.0.1')
    options.add_argument('--port', type=int, default=8000)
    options.add_argument('--stream', help='name of a stream; without it the first one')
    options.add_argument('--policy', help='latest, every or queue:N')
    options.add_argument('--max-fps', type=float)
    options.add_argument('--frames', type=int, default=30, help='how many to receive')
    options.add_argument('--token')
    options.add_argument('--timeout', type=float, default=30, help='seconds after which to give up')
    args = options.parse_args()

    wish = {'stream': args.stream, 'policy': args.policy, 'maxFps': args.max_fps}
    subscription = {key: value for key, value in wish.items() if value is not None}
    hello = {'version': 1, 'name': 'python', 'subscriptions': [subscription]}
    if args.token is not None:
        hello['token'] = args.token
    try:
        with socket.create_connection((args.host, args.port), timeout=args.timeout) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client = Client(sock, args.frames)
            client.run(hello, now_us() + args.timeout * 1e6)
    except (ProtocolError, OSError) as error:
        code = error.code if isinstance(error, ProtocolError) else 'CONNECTION_LOST'
        print(json.dumps({'error': {'code': code, 'message': str(error)}}))
        return 1
    print(json.dumps(client.summary()))
    return 0


if __name__ == '__main__':
    sys.exit(main())
