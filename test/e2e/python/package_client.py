"""Programs that use the package frame_streamer, for test/e2e/python-package.test.ts: each prints what it saw as JSON.

package_client.py NAME OPTIONS, OPTIONS being JSON: `client` for StreamClient, the rest for the program
"""

import hashlib
import json
import sys
import time

from frame_streamer import StreamClient, StreamerError


def watch(options):
    """Adds a stream and takes frames until the server has merged their latencies."""
    with StreamClient(**options['client']) as client:
        started = client.start_stream(options['url'])
        frames = []
        for frame in client:
            frames.append(describe(frame))
            if len(frames) % 10 == 0 and len(frames) >= options['frames']:
                stats = client.stats()
                latency = stats['latency']
                if latency is not None and latency['count'] >= options['frames']:
                    break
        counters = vars(client.counters)
        return {'started': started, 'frames': frames, 'counters': counters, 'clock': client.clock(), 'stats': stats}


def describe(frame):
    y, x = frame.height // 2, frame.width // 2
    return {
        'stream': frame.stream,
        'sequence': frame.sequence,
        'shape': frame.image.shape,
        'type': str(frame.image.dtype),
        'rgb': [int(value) for value in frame.image[y, x][::-1]],
        'sha256': hashlib.sha256(frame.jpeg).hexdigest(),
        'kept': frame.kept,
        'latencyUs': frame.latency_us,
        'errorUs': frame.error_us,
        'transitUs': frame.received_time_us - frame.capture_time_us,
    }


def slow(options):
    """Takes a frame, and is busy for a while, again and again; says how long each frame had waited for it."""
    with StreamClient(**options['client']) as client:
        frames = []
        while len(frames) < options['frames']:
            asked_us = time.time_ns() // 1000
            frame = client.take()
            frames.append({'sequence': frame.sequence, 'waitedUs': max(0, asked_us - frame.received_time_us)})
            time.sleep(options['busy_s'])
        return {'frames': frames, 'counters': vars(client.counters)}


def outage(options):
    """Takes frames until one came over another connection."""
    with StreamClient(**options['client']) as client:
        frames = 0
        for _ in client:
            frames += 1
            if client.reconnects == 1:
                frames += sum(client.take() is not None for _ in range(options['frames']))
                return {'frames': frames, 'reconnects': client.reconnects, 'counters': vars(client.counters)}


def one(options):
    """A frame by the protocol and one over HTTP."""
    with StreamClient(**options['client']) as client:
        return {'first': describe(next(client)), 'got': describe(client.get_frame(20)), 'state': client.state}


def requests(options):
    """What there is without the protocol: adds a stream, gets a frame of it, takes it away, twice."""
    client = StreamClient(**options['client'])
    client.start_stream(options['url'], 80, 60)
    again = client.start_stream(options['url'])
    frame = describe(client.get_frame(timeout=20))
    client.stop_stream()
    return {'again': again, 'frame': frame, 'error': error_of(client.stop_stream), 'gone': error_of(client.get_frame)}


def refused(options):
    """Why the protocol and the API do not let it in."""
    client = StreamClient(**options['client'])
    return {'frames': error_of(client.connect), 'api': error_of(client.stats)}


def error_of(function):
    try:
        function()
    except StreamerError as error:
        return {'code': error.code, 'message': str(error)}
    return None


if __name__ == '__main__':
    programs = [watch, slow, outage, one, requests, refused]
    [program] = [program for program in programs if program.__name__ == sys.argv[1]]
    print(json.dumps(program(json.loads(sys.argv[2]))))
