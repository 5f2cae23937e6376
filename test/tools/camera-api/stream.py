"""One MJPEG stream of the camera stand-in. What a camera does is in its plan; everything but the name may be left out:

fps=25            frames a second
size=2000         bytes of a frame
total=N           frames that it sends in its life, over all connections; then it is silent and keeps the connection
after=N           a connection ends behind so many frames
status=500        answers with that status and no stream
mute="head"       says nothing after the request; "body": nothing after the head
deny=N            the first N connections are closed without an answer
boundary="x"      the boundary, declared="quoted" or "dashes" (with the `--` of the delimiter) or plain
length=false      parts have no Content-Length
junk=true         a preamble, lines that end in LF alone, headers that nobody can use
keepalive=N       every Nth part is a text, and no frame
broken=N          every Nth frame is no JPEG
trickle=N         bytes a second
auth="user:word"  wants these credentials by Basic
header=["X-Key", "abc"]  wants that header
"""

import base64
import select
import threading
import time

# 8 x 8 pixels of one colour.
JPEG = base64.b64decode(
    '/9j/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4r'
    'K06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAIAAgDASIAAhEBAxEB/8QAFQABAQAA'
    'AAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAM'
    'AwEAAhEDEQA/AJgDhf/Z'
)
SEGMENT_HEAD = 4


def jpeg(size):
    """That picture with comments (segments COM of ITU-T T.81) behind its first marker, up to `size` bytes."""
    padding = b''
    while len(JPEG) + len(padding) + SEGMENT_HEAD < size:
        length = min(size - len(JPEG) - len(padding) - SEGMENT_HEAD, 60_000)
        padding += b'\xff\xfe' + (length + 2).to_bytes(2, 'big') + b'x' * length
    return JPEG[:2] + padding + JPEG[2:]


class ClientGone(OSError):
    """The client closed its side."""


class Tally:
    """What one camera has sent, and to whom."""

    def __init__(self, plan, say):
        self.plan = plan
        self.say = say
        self.lock = threading.Lock()
        self.connections = 0
        self.frames = 0
        self.picture = jpeg(plan.get('size', 2000))

    def opened(self, peer):
        with self.lock:
            self.connections += 1
            self.say({'event': 'opened', 'camera': self.plan['name'], 'connection': self.connections, 'peer': peer})
            return self.connections

    def take(self):
        """Whether there is a frame left to send."""
        with self.lock:
            return 'total' not in self.plan or self.frames < self.plan['total']

    def sent(self):
        with self.lock:
            self.frames += 1
            if self.frames == self.plan.get('total'):
                name = self.plan['name']
                self.say({'event': 'done', 'camera': name, 'frames': self.frames, 'connections': self.connections})


class CameraStream:
    """One connection to a camera."""

    def __init__(self, handler, tally):
        self.handler = handler
        self.connection = handler.connection
        self.tally = tally
        self.plan = tally.plan
        self.boundary = self.plan.get('boundary', 'frame')
        self.newline = '\n' if self.plan.get('junk') else '\r\n'
        self.parts = 0
        self.frames = 0
        self.bytes = 0

    def run(self):
        peer = self.handler.client_address[1]
        number = self.tally.opened(peer)
        try:
            self.serve(number)
        finally:
            self.tally.say({'event': 'closed', 'camera': self.plan['name'], 'connection': number, 'peer': peer,
                            'frames': self.frames, 'bytes': self.bytes})

    def serve(self, number):
        if number <= self.plan.get('deny', 0):
            return
        if self.plan.get('mute') == 'head':
            self.wait_for_the_end()
        if 'status' in self.plan or not self.is_admitted():
            self.refuse()
            return
        self.send_head()
        if self.plan.get('mute') == 'body':
            self.wait_for_the_end()
        if self.plan.get('junk'):
            self.write(b'nothing that counts\n')
        due = time.monotonic()
        while self.frames < self.plan.get('after', float('inf')):
            if not self.tally.take():
                self.end_part()
                self.wait_for_the_end()
            self.send_part()
            due = max(due + 1 / self.plan.get('fps', 25), time.monotonic() - 1)
            self.wait(due - time.monotonic())
        self.end_part()

    def is_admitted(self):
        name, value = self.plan.get('header', ('', None))
        if value is not None and self.handler.headers.get(name) != value:
            return False
        wanted = self.plan.get('auth')
        given = self.handler.headers.get('Authorization', '')
        return wanted is None or given == 'Basic ' + base64.b64encode(wanted.encode()).decode()

    def refuse(self):
        status = self.plan.get('status', 401)
        self.handler.send_response(status)
        if status == 401:
            self.handler.send_header('WWW-Authenticate', 'Basic realm="camera"')
        self.handler.send_header('Content-Length', '0')
        self.handler.end_headers()

    def send_head(self):
        declared = {
            'plain': f'boundary={self.boundary}',
            'quoted': f'boundary="{self.boundary}"',
            'dashes': f'boundary=--{self.boundary}',
        }[self.plan.get('declared', 'plain')]
        self.handler.send_response(200)
        self.handler.send_header('Content-Type', f'multipart/x-mixed-replace; {declared}')
        self.handler.send_header('Connection', 'close')
        self.handler.end_headers()

    def send_part(self):
        self.parts += 1
        if 'keepalive' in self.plan and self.parts % self.plan['keepalive'] == 0:
            self.write(self.part(b'still here', 'text/plain'))
            return
        is_broken = 'broken' in self.plan and (self.frames + 1) % self.plan['broken'] == 0
        self.write(self.part(b'no picture at all' if is_broken else self.tally.picture, 'image/jpeg'))
        self.frames += 1
        self.tally.sent()

    def part(self, body, media_type):
        lines = [f'--{self.boundary}', f'Content-Type: {media_type}']
        if self.plan.get('length', True):
            lines.append(f'Content-Length: {len(body)}')
        if self.plan.get('junk'):
            lines += ['X-Empty:', 'no header at all', 'X-Long: ' + 'x' * 500]
        head = self.newline.join([*lines, '', '']).encode()
        return head + body + self.newline.encode()

    def end_part(self):
        """Where nothing says how long a part is, only the next delimiter ends it."""
        if not self.plan.get('length', True):
            self.write(f'--{self.boundary}{self.newline}'.encode())

    def write(self, data):
        rate = self.plan.get('trickle')
        step = max(1, rate // 20) if rate else len(data)
        for start in range(0, len(data), step):
            self.connection.sendall(data[start:start + step])
            self.bytes += len(data[start:start + step])
            if rate:
                self.wait(step / rate)

    def wait_for_the_end(self):
        while True:
            self.wait(60)

    def wait(self, seconds):
        # A client has nothing to say after its request; when there is something to read, it has gone.
        readable, _, _ = select.select([self.connection], [], [], max(0, seconds))
        if readable:
            raise ClientGone
