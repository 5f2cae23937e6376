"""One MJPEG stream over HTTP. What it is like is in the query of its address; everything may be left out:

fps=25           frames per second; 0 is as fast as the client reads
length=no        parts have no Content-Length
newline=lf       lines end in LF alone
boundary=frame   the boundary
declare=plain    how Content-Type tells it: plain, quoted, dashes (with the `--` of the delimiter), none
delimiter=dashes what separates the parts: `--` and the boundary, or the boundary alone (bare)
preamble=TEXT    bytes before the first delimiter
junk=yes         header lines in every part that nobody can use
time=now         X-Timestamp in every part: the time of sending, or a number: that of the first frame, then 1/fps on
offset=0         seconds by which the clock of `now` is ahead
jump=S,jumpat=N  that clock jumps by S seconds at frame N
chunked=yes      Transfer-Encoding: chunked
pad=N            zeros behind every picture, as part of it
trickle=N        bytes per second
after=N,then=M   after N frames the stream is in the mode M: those of the orders, or close, or end (with a last delimiter)
"""

import select
import time

TRICKLE_BYTES = 64
# How soon an order on stdin is followed by a stream that waits.
LOOK_AGAIN_S = 0.02


class ClientGone(OSError):
    """The client closed its side."""


class Stream:
    def __init__(self, handler, query):
        self.handler = handler
        self.camera = handler.server
        self.connection = handler.connection
        self.query = query
        self.declared_fps = float(query.get('fps', 25))
        self.boundary = query.get('boundary', 'frame')
        self.newline = '\n' if query.get('newline') == 'lf' else '\r\n'
        self.after = int(query['after']) if 'after' in query else None
        self.sent = 0

    def run(self):
        self.send_head()
        self.write(self.query.get('preamble', '').encode())
        due = time.monotonic()
        while True:
            mode = self.mode()
            if mode == 'close':
                break
            if mode == 'end':
                self.write((self.delimiter() + '--' + self.newline).encode())
                break
            if mode in ('cut', 'hang'):
                part = self.part(self.picture(mode))
                self.write(part[:len(part) // 2])
                if mode == 'cut':
                    break
                self.wait_for_change(mode)
            elif mode == 'silent':
                self.wait_for_change(mode)
            else:
                self.write(self.part(self.picture(mode)))
                self.sent += 1
            due = self.wait_for_next(due)
        if self.query.get('chunked'):
            self.connection.sendall(b'0\r\n\r\n')

    @property
    def fps(self):
        return self.declared_fps if self.camera.fps is None else self.camera.fps

    def mode(self):
        if self.after is not None and self.sent >= self.after:
            return self.query.get('then', 'close')
        return self.camera.mode

    def picture(self, mode):
        frames = self.camera.other_frames if mode == 'other' else self.camera.frames
        # Counted from the first, so that what the client has to have got can be told.
        return frames[0 if mode == 'frozen' else self.sent % len(frames)]

    def part(self, picture):
        body = picture + bytes(int(self.query.get('pad', 0)))
        lines = [self.delimiter(), 'Content-Type: image/jpeg']
        if self.query.get('length') != 'no':
            lines.append(f'Content-Length: {len(body)}')
        if 'time' in self.query:
            lines.append(f'X-Timestamp: {self.timestamp():.6f}')
        if self.query.get('junk'):
            lines += ['X-Empty:', 'not a header', ': no name', 'X-Long: ' + 'x' * 500, 'X-Latin: \u00e9\u00ff']
        head = self.newline.join([*lines, '', '']).encode('latin-1')
        return head + body + self.newline.encode()

    def timestamp(self):
        if self.query['time'] != 'now':
            return float(self.query['time']) + self.sent / (self.fps or 25)
        offset = float(self.query.get('offset', 0))
        if 'jumpat' in self.query and self.sent >= int(self.query['jumpat']):
            offset += float(self.query['jump'])
        return time.time() + offset

    def delimiter(self):
        return self.boundary if self.query.get('delimiter') == 'bare' else '--' + self.boundary

    def send_head(self):
        declared = {
            'plain': f'; boundary={self.boundary}',
            'quoted': f'; boundary="{self.boundary}"',
            'dashes': f'; boundary=--{self.boundary}',
            'none': '',
        }[self.query.get('declare', 'plain')]
        self.handler.send_response(200)
        self.handler.send_header('Content-Type', 'multipart/x-mixed-replace' + declared)
        self.handler.send_header('Cache-Control', 'no-store')
        self.handler.send_header('Connection', 'close')
        if self.query.get('chunked'):
            self.handler.send_header('Transfer-Encoding', 'chunked')
        self.handler.end_headers()

    def write(self, data):
        if not data:
            return
        rate = float(self.query.get('trickle', 0))
        step = TRICKLE_BYTES if rate else len(data)
        for start in range(0, len(data), step):
            piece = data[start:start + step]
            if self.query.get('chunked'):
                piece = b'%x\r\n%b\r\n' % (len(piece), piece)
            self.connection.sendall(piece)
            if rate:
                self.wait(TRICKLE_BYTES / rate)

    def wait_for_next(self, due):
        if self.fps == 0:
            return due
        due = max(due + 1 / self.fps, time.monotonic() - 1)
        self.wait(due - time.monotonic())
        return due

    def wait_for_change(self, mode):
        while self.mode() == mode:
            self.wait(LOOK_AGAIN_S)

    def wait(self, seconds):
        # A client has nothing to say after its request; when there is something to read, it has gone.
        readable, _, _ = select.select([self.connection], [], [], max(0, seconds))
        if readable:
            raise ClientGone
