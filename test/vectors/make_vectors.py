"""Writes the test vectors beside this file: python3 make_vectors.py

The bytes are laid out with struct from the tables of docs/protocol.md and share nothing with the product's codec.
"""

import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
CLIENT, SERVER, BOTH = 'client-to-server', 'server-to-client', 'both'
TYPES = {
    'HELLO': 1, 'WELCOME': 2, 'FRAME': 3, 'ACK': 4, 'PING': 5, 'PONG': 6,
    'STATS': 7, 'STREAM': 8, 'ERROR': 9, 'BYE': 10, 'CREDIT': 11, 'SKIPPED': 12, 'BENCH': 13,
}
MAX_SAFE = 2**53 - 1
# A whole JPEG of one grey pixel: tables of one code each, so that its two coefficients are the bits 0 0.
PIXEL = (
    b'\xff\xd8'
    b'\xff\xdb' + struct.pack('>HB', 67, 0) + b'\x01' * 64
    + b'\xff\xc0' + struct.pack('>HBHHBBBB', 11, 8, 1, 1, 1, 1, 0x11, 0)
    + b'\xff\xc4' + struct.pack('>HB', 20, 0x00) + b'\x01' + bytes(15) + b'\x00'
    + b'\xff\xc4' + struct.pack('>HB', 20, 0x10) + b'\x01' + bytes(15) + b'\x00'
    + b'\xff\xda' + struct.pack('>HBBBBBB', 8, 1, 1, 0x00, 0, 63, 0) + b'\x3f'
    + b'\xff\xd9'
)
EMPTY = b'\xff\xd8\xff\xd9'


def message(type_byte, body):
    return struct.pack('>IB', 1 + len(body), type_byte) + body


def compact(value):
    return json.dumps(value, separators=(',', ':'), ensure_ascii=False).encode()


valid, invalid = [], []


def good(name, direction, type_name, body, fields, canonical=True):
    data = message(TYPES[type_name], body)
    valid.append({'name': name, 'direction': direction, 'type': type_name, 'canonical': canonical,
                  'hex': data.hex(), 'fields': fields})


def good_json(name, direction, type_name, value):
    good(name, direction, type_name, compact(value), value)


def bad(name, direction, layer, error, data):
    invalid.append({'name': name, 'direction': direction, 'layer': layer, 'error': error, 'hex': data.hex()})


def bad_body(name, direction, type_name, body, layer='body', error='BAD_MESSAGE'):
    bad(name, direction, layer, error, message(TYPES[type_name], body))


def bad_schema(name, direction, type_name, value):
    bad_body(name, direction, type_name, compact(value), 'schema')


def frame(source, jpeg, **changes):
    fields = {'streamId': 1, 'format': 1, 'timeSource': 'schedule', 'sequence': 42,
              'captureTimeUs': 1700000001400000, 'decodedOffsetUs': 2100, 'processedOffsetUs': 2300,
              'encodeStartOffsetUs': 2350, 'encodedOffsetUs': 7900, 'publishedOffsetUs': 8000, 'clockErrorUs': 0,
              'width': 1280, 'height': 720, 'flags': 0}
    fields.update(changes)
    fields['timeSource'] = ('schedule', 'arrival', 'source')[source - 1]
    return frame_body(dict(fields, timeSource=source), jpeg), dict(fields, jpeg=jpeg.hex())


def frame_body(f, jpeg):
    return struct.pack('>HBBQQIIIIIIHHH', f['streamId'], f['format'], f['timeSource'], f['sequence'],
                       f['captureTimeUs'], f['decodedOffsetUs'], f['processedOffsetUs'], f['encodeStartOffsetUs'],
                       f['encodedOffsetUs'], f['publishedOffsetUs'], f['clockErrorUs'], f['width'], f['height'],
                       f['flags']) + jpeg


# Binary messages.
good('frame', SERVER, 'FRAME', *frame(1, EMPTY))
good('frame-arrival-picture', SERVER, 'FRAME', *frame(2, PIXEL, width=1, height=1, clockErrorUs=350))
good('frame-zero', SERVER, 'FRAME', *frame(
    3, EMPTY, streamId=0, sequence=0, captureTimeUs=0, decodedOffsetUs=0, processedOffsetUs=0,
    encodeStartOffsetUs=0, encodedOffsetUs=0, publishedOffsetUs=0, width=1, height=1))
good('frame-greatest', SERVER, 'FRAME', *frame(
    1, EMPTY, streamId=65535, sequence=MAX_SAFE, captureTimeUs=MAX_SAFE, decodedOffsetUs=2**32 - 1,
    processedOffsetUs=2**32 - 1, encodeStartOffsetUs=2**32 - 1, encodedOffsetUs=2**32 - 1,
    publishedOffsetUs=2**32 - 1, clockErrorUs=2**32 - 1, width=65535, height=65535, flags=65535))
good('frame-kept', SERVER, 'FRAME', *frame(2, EMPTY, flags=1))
# Bits that have no meaning yet: a receiver ignores them.
good('frame-unknown-flags', SERVER, 'FRAME', *frame(1, EMPTY, flags=0xfffe))
good('frame-one-byte', SERVER, 'FRAME', *frame(1, b'\x00'))
for name, sequence in (('', 42), ('-zero', 0), ('-2-pow-32', 2**32), ('-greatest', MAX_SAFE)):
    good('ack' + name, CLIENT, 'ACK', struct.pack('>HQ', 1, sequence), {'streamId': 1, 'sequence': sequence})
for name, t0 in (('', 1700000001350000), ('-zero', 0), ('-greatest', MAX_SAFE)):
    good('ping' + name, BOTH, 'PING', struct.pack('>Q', t0), {'t0Us': t0})
for name, times in (('', (1700000001350000, 1700000001351200, 1700000001351230)), ('-zero', (0, 0, 0)),
                    ('-greatest', (MAX_SAFE, MAX_SAFE - 1, MAX_SAFE))):
    good('pong' + name, BOTH, 'PONG', struct.pack('>QQQ', *times), dict(zip(('t0Us', 't1Us', 't2Us'), times)))
for name, every in (('', 4), ('-one', 1), ('-greatest', 65535)):
    good('credit' + name, SERVER, 'CREDIT', struct.pack('>HH', 1, every), {'streamId': 1, 'ackEvery': every})
for name, first, last in (('', 43, 44), ('-one', 7, 7), ('-all', 0, MAX_SAFE)):
    good('skipped' + name, SERVER, 'SKIPPED', struct.pack('>HQQ', 1, first, last),
         {'streamId': 1, 'first': first, 'last': last})

# JSON messages.
CAM = {'id': 1, 'name': 'cam', 'width': 1280, 'height': 720, 'fps': 30, 'timeSource': 'schedule',
       'startTimeUs': 1700000000000000,
       'encoding': {'mode': 'encoded', 'reason': 'the source is h264'}, 'state': 'live'}
good_json('hello', CLIENT, 'HELLO', {'version': 1, 'name': 'demo', 'subscriptions': [{'stream': 'cam'}]})
good_json('hello-no-subscriptions', CLIENT, 'HELLO', {'version': 1, 'name': 'x', 'subscriptions': []})
good_json('hello-first-stream', CLIENT, 'HELLO', {'version': 1, 'name': 'x', 'subscriptions': [{}]})
good_json('hello-everything', CLIENT, 'HELLO', {
    'version': 1, 'name': 'Küche 📷', 'token': 's3cret "quoted" \\ ü',
    'subscriptions': [{'stream': 'cam_1.front-door', 'policy': 'queue:1000', 'maxFps': 0.5},
                      {'stream': '*', 'policy': 'every', 'maxFps': 1000}, {'policy': 'latest'},
                      {'policy': 'queue:1'}]})
good_json('hello-longest', CLIENT, 'HELLO', {
    'version': 65535, 'name': 'n' * 128, 'token': 't' * 1024, 'subscriptions': [{'stream': 's' * 64}] * 64})
good('hello-unknown-keys', CLIENT, 'HELLO',
     b' {"zoom": [[{}]], "version": 1, "name": "\\u0064emo", "__proto__": {"token": "x"}, "constructor": 1,\n'
     b'"subscriptions": [{"stream": "cam", "colour": null}]} ',
     {'version': 1, 'name': 'demo', 'subscriptions': [{'stream': 'cam'}]}, canonical=False)
good('hello-same-key-twice', CLIENT, 'HELLO', b'{"version":1,"name":"a","name":"b","subscriptions":[]}',
     {'version': 1, 'name': 'b', 'subscriptions': []}, canonical=False)
good_json('welcome', SERVER, 'WELCOME', {
    'version': 1, 'sessionId': 's-1', 'statsIntervalMs': 1000, 'streams': [CAM], 'subscribed': [1]})
good_json('welcome-two-streams', SERVER, 'WELCOME', {
    'version': 1, 'sessionId': 's-2', 'statsIntervalMs': 10, 'streams': [
        CAM, dict(CAM, id=65535, name='door', width=0, height=0, fps=0, timeSource='arrival', startTimeUs=0,
                  encoding={'mode': 'unknown', 'reason': 'the source was not reached yet'}, state='connecting')],
    'subscribed': []})
good_json('welcome-features', SERVER, 'WELCOME', {
    'version': 1, 'sessionId': 's-3', 'statsIntervalMs': 1000, 'streams': [], 'subscribed': [],
    'features': ['bench', 'from the future']})
good_json('stats', CLIENT, 'STATS', {
    'intervalMs': 1000, 'clock': {'offsetUs': -1250.5, 'errorUs': 140},
    'streams': [{'streamId': 1, 'received': 29, 'lost': 0, 'skipped': 1, 'corrupt': 0, 'bytes': 890880,
                 'latency': 'HISTFAAAAA=='}]})
good_json('stats-without-clock', CLIENT, 'STATS', {'intervalMs': 0, 'streams': []})
for event, state in (('appeared', 'idle'), ('up', 'live'), ('ended', 'ended')):
    good_json('stream-' + event, SERVER, 'STREAM', {'event': event, 'stream': dict(CAM, state=state)})
good_json('stream-changed', SERVER, 'STREAM', {
    'event': 'changed', 'stream': dict(CAM, width=640, height=480, fps=29.97, timeSource='source', encoding={
        'mode': 'pass-through', 'reason': 'the source is JPEG and nothing else was asked for'})})
for state, text in (('degraded', '9 of 30 frames a second came.'), ('silent', 'Nothing came for 3 s.'),
                    ('frozen', 'The picture has not changed for 10 s.'),
                    ('clock-jump', "The source's clock leapt by 2.5 s.")):
    good_json('stream-' + state, SERVER, 'STREAM', {
        'event': 'changed', 'stream': dict(CAM, state=state), 'reason': {'code': 'STREAM_HEALTH', 'message': text}})
good_json('stream-removed', SERVER, 'STREAM', {
    'event': 'removed', 'stream': dict(CAM, state='ended'),
    'reason': {'code': 'STREAM_REMOVED', 'message': 'The stream was taken away.'}})
good_json('stream-down', SERVER, 'STREAM', {
    'event': 'down', 'stream': dict(CAM, state='offline'),
    'reason': {'code': 'SOURCE_FAILED', 'message': 'The source stopped; it is started again in 2 s.'}})
good_json('error', SERVER, 'ERROR', {'code': 'BAD_TOKEN', 'message': 'The token is wrong.'})
good_json('bye-from-client', CLIENT, 'BYE', {'code': 'CLIENT_CLOSING', 'message': 'Done.'})
good_json('bye-from-server', SERVER, 'BYE', {'code': 'SERVER_CLOSING', 'message': ''})
good_json('notice-unknown-code', SERVER, 'ERROR', {'code': 'FROM_THE_FUTURE', 'message': 'x' * 1024})

# Benchmarks of several devices.
PROGRESS = {'frames': 120, 'latencyP50Us': 8200, 'latencyP99Us': 15100, 'clockErrorUs': 310}
NO_PROGRESS = {'frames': 0, 'latencyP50Us': None, 'latencyP99Us': None, 'clockErrorUs': None}
RESULT = {'fromTimeUs': 1700000003000000, 'toTimeUs': 1700000063000000, 'received': 1799, 'lost': 1, 'skipped': 0,
          'corrupt': 0, 'bytes': 55298761, 'reconnects': 0, 'outageMs': 0, 'latency': 'HISTFAAAAA==',
          'latencyNegative': 'HISTFAAAAA==', 'age': 'HISTFAAAAA==', 'ageNegative': None,
          'clock': {'offsetUs': -3600000250, 'errorUs': 310, 'driftPpm': -12.5, 'rttMinUs': 600, 'rttP50Us': 890},
          'timeline': {'bucketMs': 30000, 'frames': [900, 899], 'latencyP50Us': [8200, None],
                       'latencyP99Us': [15100, -4]},
          'about': 'Chrome on Android'}
LEAST_RESULT = {'fromTimeUs': 0, 'toTimeUs': 0, 'received': 0, 'lost': 0, 'skipped': 0, 'corrupt': 0, 'bytes': 0,
                'reconnects': 0, 'outageMs': 0, 'latency': 'HISTFAAAAA==', 'latencyNegative': None, 'age': None,
                'ageNegative': None,
                'clock': {'offsetUs': None, 'errorUs': None, 'driftPpm': None, 'rttMinUs': None, 'rttP50Us': None},
                'timeline': None, 'about': ''}
DEVICE = {'id': 1, 'name': 'phone-3', 'platform': 'browser', 'joinedTimeUs': 1700000000000000, 'leftTimeUs': None}
JOIN = {'kind': 'join', 'name': 'phone-3', 'platform': 'browser', 'key': '0123456789abcdef'}
OPEN = {'kind': 'open', 'durationMs': 60000, 'stream': 'cam'}
RUN = {'kind': 'run', 'benchId': 7, 'stream': 'cam', 'startTimeUs': 1700000003000000, 'stopTimeUs': 1700000063000000}
for name, value in {
    'join': JOIN, 'join-longest': dict(JOIN, name='\u2603' * 64, platform='other', key='Z' * 64),
    'open': OPEN, 'open-shortest': dict(OPEN, durationMs=1000), 'open-longest': dict(OPEN, durationMs=86400000),
    'start': {'kind': 'start', 'leadMs': 3000}, 'start-at-once': {'kind': 'start', 'leadMs': 0},
    'stop': {'kind': 'stop'}, 'leave': {'kind': 'leave'},
    'progress': {'kind': 'progress', 'benchId': 7, **PROGRESS},
    'progress-of-nothing': {'kind': 'progress', 'benchId': 1, **NO_PROGRESS},
    'result': {'kind': 'result', 'benchId': 7, **RESULT},
    'result-least': {'kind': 'result', 'benchId': 1, **LEAST_RESULT},
}.items():
    good_json('bench-' + name, CLIENT, 'BENCH', value)
for name, value in {
    'joined': {'kind': 'joined', 'deviceId': 1, 'name': 'phone-3 (2)'},
    'opened': {'kind': 'opened', 'benchId': 7},
    'refused': {'kind': 'refused', 'code': 'BENCH_BUSY', 'message': 'Another benchmark is under way.'},
    'announced': {'kind': 'announced', 'benchId': 7, 'stream': 'cam'},
    'run': RUN, 'over': {'kind': 'over', 'benchId': 7, 'reason': 'The coordinator left.'},
    'devices': {'kind': 'devices', 'devices': [DEVICE, dict(DEVICE, id=2, platform='python', leftTimeUs=1)]},
    'device-progress': {'kind': 'deviceProgress', 'deviceId': 1, **PROGRESS},
    'device-result': {'kind': 'deviceResult', 'deviceId': 1, **RESULT},
}.items():
    good_json('bench-' + name, SERVER, 'BENCH', value)

# Types that do not exist yet: skipped without a word.
for name, type_byte, body in (('unknown-type', 99, b'anything'), ('unknown-type-empty', 255, b''),
                              ('unknown-type-zero', 0, b'\x00')):
    valid.append({'name': name, 'direction': BOTH, 'type': None, 'canonical': False,
                  'hex': message(type_byte, body).hex(), 'fields': None})

# Framing: an error as soon as the prefix is there, with no byte of the body behind it.
bad('length-zero', BOTH, 'framing', 'BAD_MESSAGE', struct.pack('>I', 0))
LIMITS = {'HELLO': (CLIENT, 16384), 'WELCOME': (SERVER, 1048576), 'FRAME': (SERVER, 50 + 33554432), 'ACK': (CLIENT, 10),
          'PING': (BOTH, 8), 'PONG': (BOTH, 24), 'STATS': (CLIENT, 65536), 'STREAM': (SERVER, 16384),
          'ERROR': (SERVER, 4096), 'BYE': (BOTH, 4096), 'CREDIT': (SERVER, 4), 'SKIPPED': (SERVER, 18),
          'BENCH': (BOTH, 65536)}
for type_name, (direction, limit) in LIMITS.items():
    bad(f'{type_name.lower()}-too-long', direction, 'framing', 'MESSAGE_TOO_LONG',
        struct.pack('>IB', 1 + limit + 1, TYPES[type_name]))
bad('unknown-type-too-long', BOTH, 'framing', 'MESSAGE_TOO_LONG', struct.pack('>IB', 1 + 65536 + 1, 200))
bad('http-request', CLIENT, 'framing', 'MESSAGE_TOO_LONG', b'GET / HTTP/1.1\r\n')
for type_name in ('WELCOME', 'FRAME', 'STREAM', 'ERROR', 'CREDIT', 'SKIPPED'):
    bad(f'{type_name.lower()}-to-the-server', CLIENT, 'framing', 'UNEXPECTED_MESSAGE',
        struct.pack('>IB', 5, TYPES[type_name]))
for type_name in ('HELLO', 'ACK', 'STATS'):
    bad(f'{type_name.lower()}-to-the-client', SERVER, 'framing', 'UNEXPECTED_MESSAGE',
        struct.pack('>IB', 5, TYPES[type_name]))

# Bodies of binary messages.
bad_body('frame-empty', SERVER, 'FRAME', b'')
bad_body('frame-without-jpeg', SERVER, 'FRAME', frame(1, b'')[0])
for name, offset, value in (('format-0', 2, b'\x00'), ('format-2', 2, b'\x02'), ('time-source-0', 3, b'\x00'),
                            ('time-source-4', 3, b'\x04'), ('sequence', 4, bytes((0, 0x20, 0, 0, 0, 0, 0, 0))),
                            ('capture-time', 12, b'\xff' * 8), ('width-0', 44, b'\x00\x00'),
                            ('height-0', 46, b'\x00\x00')):
    body = bytearray(frame(1, EMPTY)[0])
    body[offset:offset + len(value)] = value
    bad_body('frame-' + name, SERVER, 'FRAME', bytes(body))
for type_name, (direction, length) in (('ACK', (CLIENT, 10)), ('PING', (BOTH, 8)), ('PONG', (BOTH, 24)),
                                       ('CREDIT', (SERVER, 4)), ('SKIPPED', (SERVER, 18))):
    bad_body(f'{type_name.lower()}-short', direction, type_name, bytes(length - 1))
    bad_body(f'{type_name.lower()}-empty', direction, type_name, b'')
bad_body('ack-sequence', CLIENT, 'ACK', struct.pack('>HQ', 1, 2**53))
bad_body('ping-t0', BOTH, 'PING', struct.pack('>Q', 2**64 - 1))
for index, name in enumerate(('t0', 't1', 't2')):
    times = [1, 1, 1]
    times[index] = 2**53
    bad_body('pong-' + name, BOTH, 'PONG', struct.pack('>QQQ', *times))
bad_body('credit-zero', SERVER, 'CREDIT', struct.pack('>HH', 1, 0))
bad_body('skipped-reversed', SERVER, 'SKIPPED', struct.pack('>HQQ', 1, 8, 7))
bad_body('skipped-first', SERVER, 'SKIPPED', struct.pack('>HQQ', 1, 2**53, 2**53))
bad_body('skipped-last', SERVER, 'SKIPPED', struct.pack('>HQQ', 1, 0, 2**53))

# Bodies that are not JSON objects.
for direction, type_name in ((CLIENT, 'HELLO'), (CLIENT, 'STATS'), (SERVER, 'WELCOME'), (SERVER, 'STREAM'),
                             (SERVER, 'ERROR'), (BOTH, 'BYE')):
    for name, body in (('empty', b''), ('not-json', b'{"version":1'), ('not-utf-8', b'{"name":"\xff"}'),
                       ('byte-order-mark', b'\xef\xbb\xbf{}'), ('array', b'[]'), ('null', b'null'),
                       ('string', b'"x"'), ('deep', b'[' * 1000)):
        bad_body(f'{type_name.lower()}-{name}', direction, type_name, body, 'json')

# JSON with a field that is missing or out of its bounds. `None` as a change leaves the key out.
def without(value, **changes):
    merged = dict(value, **changes)
    return {key: item for key, item in merged.items() if item is not None}


HELLO = {'version': 1, 'name': 'x', 'subscriptions': []}
for name, changes in {
    'version-missing': {'version': None}, 'version-string': {'version': '1'}, 'version-fraction': {'version': 1.5},
    'version-negative': {'version': -1}, 'version-large': {'version': 65536}, 'name-missing': {'name': None},
    'name-empty': {'name': ''}, 'name-long': {'name': 'n' * 129}, 'name-number': {'name': 1},
    'name-newline': {'name': 'a\nb'}, 'name-escape': {'name': '\x1b[2J'}, 'name-right-to-left': {'name': 'a\u202eb'},
    'token-long': {'token': 't' * 1025}, 'token-number': {'token': 5},
    'subscriptions-missing': {'subscriptions': None}, 'subscriptions-object': {'subscriptions': {}},
    'subscriptions-65': {'subscriptions': [{}] * 65}, 'subscription-string': {'subscriptions': ['cam']},
}.items():
    bad_schema('hello-' + name, CLIENT, 'HELLO', without(HELLO, **changes))
bad_body('hello-token-null', CLIENT, 'HELLO', compact(dict(HELLO, token=None)), 'schema')
bad_body('hello-max-fps-infinite', CLIENT, 'HELLO',
         b'{"version":1,"name":"x","subscriptions":[{"maxFps":1e999}]}', 'schema')
bad_body('hello-name-lone-surrogate', CLIENT, 'HELLO',
         b'{"version":1,"name":"\\ud800","subscriptions":[]}', 'schema')
bad_body('hello-only-in-proto', CLIENT, 'HELLO', compact({'__proto__': HELLO}), 'schema')
for name, subscription in {
    'stream-empty': {'stream': ''}, 'stream-long': {'stream': 's' * 65}, 'stream-space': {'stream': 'a b'},
    'stream-two-stars': {'stream': '**'}, 'stream-newline': {'stream': 'a\n'}, 'policy-unknown': {'policy': 'newest'},
    'policy-queue': {'policy': 'queue'}, 'policy-queue-0': {'policy': 'queue:0'},
    'policy-queue-1001': {'policy': 'queue:1001'}, 'policy-queue-01': {'policy': 'queue:01'},
    'policy-number': {'policy': 1}, 'max-fps-0': {'maxFps': 0}, 'max-fps-negative': {'maxFps': -1},
    'max-fps-large': {'maxFps': 1000.1}, 'max-fps-string': {'maxFps': '5'},
}.items():
    bad_schema('hello-' + name, CLIENT, 'HELLO', dict(HELLO, subscriptions=[subscription]))

WELCOME = {'version': 1, 'sessionId': 's', 'statsIntervalMs': 1000, 'streams': [], 'subscribed': []}
for name, changes in {
    'version-missing': {'version': None}, 'session-id-empty': {'sessionId': ''},
    'stats-interval-short': {'statsIntervalMs': 9}, 'stats-interval-long': {'statsIntervalMs': 3600001},
    'streams-missing': {'streams': None}, 'subscribed-missing': {'subscribed': None},
    'subscribed-large': {'subscribed': [65536]}, 'subscribed-1025': {'subscribed': [1] * 1025},
    'features-33': {'features': ['x'] * 33}, 'features-object': {'features': {'bench': 1}},
    'feature-long': {'features': ['x' * 33]}, 'feature-number': {'features': [1]},
}.items():
    bad_schema('welcome-' + name, SERVER, 'WELCOME', without(WELCOME, **changes))
for name, changes in {
    'id-missing': {'id': None}, 'id-large': {'id': 65536}, 'name-star': {'name': '*'}, 'width-large': {'width': 65536},
    'height-fraction': {'height': 1.5}, 'fps-negative': {'fps': -1}, 'fps-large': {'fps': 1001},
    'time-source-unknown': {'timeSource': 'sundial'}, 'start-time-large': {'startTimeUs': 2**53},
    'state-unknown': {'state': 'asleep'}, 'encoding-missing': {'encoding': None}, 'encoding-string': {'encoding': 'raw'},
    'encoding-mode-unknown': {'encoding': {'mode': 'raw', 'reason': ''}},
    'encoding-reason-missing': {'encoding': {'mode': 'encoded'}},
    'encoding-reason-long': {'encoding': {'mode': 'encoded', 'reason': 'x' * 201}},
}.items():
    bad_schema('stream-' + name, SERVER, 'STREAM', {'event': 'changed', 'stream': without(CAM, **changes)})
bad_schema('stream-event-unknown', SERVER, 'STREAM', {'event': 'toString', 'stream': CAM})
bad_schema('stream-missing', SERVER, 'STREAM', {'event': 'changed'})
bad_schema('stream-reason-string', SERVER, 'STREAM', {'event': 'down', 'stream': CAM, 'reason': 'because'})

COUNTS = {'streamId': 1, 'received': 0, 'lost': 0, 'skipped': 0, 'corrupt': 0, 'bytes': 0}
for name, value in {
    'interval-missing': {'streams': []}, 'interval-negative': {'intervalMs': -1, 'streams': []},
    'streams-missing': {'intervalMs': 1}, 'streams-1025': {'intervalMs': 1, 'streams': [1] * 1025},
    'clock-error-negative': {'intervalMs': 1, 'clock': {'offsetUs': 0, 'errorUs': -1}, 'streams': []},
    'clock-empty': {'intervalMs': 1, 'clock': {}, 'streams': []},
}.items():
    bad_schema('stats-' + name, CLIENT, 'STATS', value)
for name, changes in {
    'received-missing': {'received': None}, 'lost-negative': {'lost': -1}, 'skipped-fraction': {'skipped': 0.5},
    'corrupt-string': {'corrupt': '0'}, 'bytes-large': {'bytes': 2**53}, 'latency-not-base64': {'latency': 'a b'},
    'latency-long': {'latency': 'A' * 32769},
}.items():
    bad_schema('stats-' + name, CLIENT, 'STATS', {'intervalMs': 1, 'streams': [without(COUNTS, **changes)]})

NOTICE = {'code': 'INTERNAL', 'message': ''}
for name, changes in {
    'code-missing': {'code': None}, 'code-lower-case': {'code': 'internal'}, 'code-long': {'code': 'C' * 65},
    'message-missing': {'message': None}, 'message-long': {'message': 'x' * 1025},
}.items():
    bad_schema('error-' + name, SERVER, 'ERROR', without(NOTICE, **changes))
    bad_schema('bye-' + name, BOTH, 'BYE', without(NOTICE, **changes))

def bad_bench(direction, cases):
    for name, value in cases.items():
        bad_schema('bench-' + name, direction, 'BENCH', value)


bad_bench(CLIENT, {
    'empty': {}, 'kind-unknown': dict(JOIN, kind='dance'), 'kind-of-an-object': dict(JOIN, kind='toString'),
    'kind-number': dict(JOIN, kind=1), 'join-name-missing': without(JOIN, name=None),
    'join-name-empty': dict(JOIN, name=''), 'join-name-long': dict(JOIN, name='n' * 65),
    'join-name-escape': dict(JOIN, name='\x1b[2J'), 'join-name-right-to-left': dict(JOIN, name='a\u202eb'),
    'join-platform-unknown': dict(JOIN, platform='abacus'), 'join-key-missing': without(JOIN, key=None),
    'join-key-short': dict(JOIN, key='0' * 15), 'join-key-long': dict(JOIN, key='0' * 65),
    'join-key-dash': dict(JOIN, key='0123456789-abcdef'), 'open-short': dict(OPEN, durationMs=999),
    'open-long': dict(OPEN, durationMs=86400001), 'open-fraction': dict(OPEN, durationMs=1000.5),
    'open-stream-star': dict(OPEN, stream='*'), 'open-stream-missing': without(OPEN, stream=None),
    'start-negative': {'kind': 'start', 'leadMs': -1}, 'start-long': {'kind': 'start', 'leadMs': 60001},
    'start-without-lead': {'kind': 'start'},
})
for kind, value in (('progress', {'kind': 'progress', 'benchId': 1, **PROGRESS}),
                    ('result', {'kind': 'result', 'benchId': 1, **RESULT})):
    bad_bench(CLIENT, {f'{kind}-id-missing': without(value, benchId=None), f'{kind}-id-0': dict(value, benchId=0)})
for direction, kind, start in ((CLIENT, 'progress', {'kind': 'progress', 'benchId': 1}),
                               (SERVER, 'device-progress', {'kind': 'deviceProgress', 'deviceId': 1})):
    bad_bench(direction, {f'{kind}-{name}': {**start, **without(PROGRESS, **changes)} for name, changes in {
        'frames-negative': {'frames': -1}, 'frames-missing': {'frames': None},
        'latency-fraction': {'latencyP50Us': 0.5}, 'clock-error-negative': {'clockErrorUs': -1},
        'latency-string': {'latencyP99Us': '1'}}.items()})
for direction, kind, start in ((CLIENT, 'result', {'kind': 'result', 'benchId': 1}),
                               (SERVER, 'device-result', {'kind': 'deviceResult', 'deviceId': 1})):
    bad_bench(direction, {f'{kind}-{name}': {**start, **without(RESULT, **changes)} for name, changes in {
        'from-missing': {'fromTimeUs': None}, 'received-large': {'received': 2**53}, 'lost-negative': {'lost': -1},
        'bytes-fraction': {'bytes': 0.5}, 'outage-missing': {'outageMs': None}, 'latency-empty': {'latency': ''},
        'latency-missing': {'latency': None}, 'latency-not-base64': {'latency': 'a b'},
        'age-number': {'age': 1}, 'histograms-long': {'latency': 'A' * 49152, 'age': 'A'},
        'clock-missing': {'clock': None}, 'clock-error-negative': {'clock': dict(RESULT['clock'], errorUs=-1)},
        'clock-drift-large': {'clock': dict(RESULT['clock'], driftPpm=1e7)},
        'timeline-short-buckets': {'timeline': dict(RESULT['timeline'], bucketMs=999)},
        'timeline-241': {'timeline': {'bucketMs': 1000, 'frames': [1] * 241, 'latencyP50Us': [1] * 241,
                                      'latencyP99Us': [1] * 241}},
        'timeline-unequal': {'timeline': dict(RESULT['timeline'], frames=[1])},
        'timeline-large': {'timeline': dict(RESULT['timeline'], frames=[1, 2**41])},
        'about-long': {'about': 'x' * 201}, 'about-missing': {'about': None}}.items()})
bad_bench(SERVER, {
    'joined-id-0': {'kind': 'joined', 'deviceId': 0, 'name': 'x'}, 'joined-without-name': {'kind': 'joined', 'deviceId': 1},
    'opened-without-id': {'kind': 'opened'}, 'refused-code-lower-case': {'kind': 'refused', 'code': 'busy', 'message': ''},
    'refused-message-long': {'kind': 'refused', 'code': 'BUSY', 'message': 'x' * 1025},
    'announced-stream-space': {'kind': 'announced', 'benchId': 1, 'stream': 'a b'},
    'run-stop-missing': without(RUN, stopTimeUs=None), 'run-start-negative': dict(RUN, startTimeUs=-1),
    'over-reason-missing': {'kind': 'over', 'benchId': 1},
    'over-reason-long': {'kind': 'over', 'benchId': 1, 'reason': 'x' * 1025},
    'devices-object': {'kind': 'devices', 'devices': {}}, 'devices-129': {'kind': 'devices', 'devices': [DEVICE] * 129},
    'device-left-missing': {'kind': 'devices', 'devices': [without(DEVICE, leftTimeUs=None)]},
    'device-platform-unknown': {'kind': 'devices', 'devices': [dict(DEVICE, platform='abacus')]},
    'device-name-escape': {'kind': 'devices', 'devices': [dict(DEVICE, name='\x1b[2J')]},
})
bad_body('bench-not-json', BOTH, 'BENCH', b'{"kind":', 'json')
bad_body('bench-array', BOTH, 'BENCH', b'[]', 'json')

classic = []
for name, seconds, jpeg in (('frame', 1700000001.4, EMPTY), ('picture', 1700000001.433333, PIXEL), ('zero', 0.0, EMPTY)):
    data = struct.pack('>Id', 8 + len(jpeg), seconds) + jpeg
    classic.append({'name': name, 'hex': data.hex(), 'fields': {'seconds': seconds, 'jpeg': jpeg.hex()}})


def write(name, vectors):
    lines = ',\n'.join('  ' + json.dumps(vector) for vector in vectors)
    (HERE / name).write_text('[\n' + lines + '\n]\n')


write('valid.json', valid)
write('invalid.json', invalid)
write('classic.json', classic)
