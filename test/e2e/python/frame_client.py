"""A client of the frame-streamer protocol, written from docs/protocol.md alone; needs Python 3.9 and nothing else.

Receives N frames and prints one line of JSON about them, or an `error` and exit code 1.
"""

import argparse
import json
import select
import socket
import statistics
import sys
import time

from wire import KEPT, Parser, ProtocolError, encode

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
        self.counted = None  # the last one that was not marked KEPT
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
        self.lost = self.skipped = self.kept = 0
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
        self.stream(fields).announced += fields['last'] - fields['first'] + 1

    def on_credit(self, fields, _at_us):
        stream = self.stream(fields)
        stream.ack_every = fields['ackEvery']
        if stream.last is not None:
            self.acknowledge(fields['streamId'], stream)

    def on_frame(self, fields, at_us):
        stream, sequence = self.stream(fields), fields['sequence']
        stream.last = sequence
        stream.unacked += 1
        if stream.unacked >= stream.ack_every:
            self.acknowledge(fields['streamId'], stream)
        if fields['flags'] & KEPT:
            self.kept += 1
            return
        if stream.counted is not None:
            self.lost += sequence - stream.counted - 1 - stream.announced
            self.skipped += stream.announced
        stream.counted, stream.announced = sequence, 0
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
        return {'frames': len(self.received), 'lost': self.lost, 'skipped': self.skipped, 'kept': self.kept,
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
