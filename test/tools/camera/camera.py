"""An HTTP camera for tests, on Python's standard library alone: MJPEG, snapshots, and everything a camera does wrong.

Serves the JPEG files of a folder byte for byte. Listens on loopback, says on stdout, in lines of JSON, where and who is
connected, and takes orders on stdin, a line each:
  mode MODE   what every stream does from now on: live, silent (connected, no bytes), frozen (one picture for ever),
              other (pictures of the second folder), cut (half a picture, then closed), hang (half a picture, then silence)
  fps N       frames per second of every stream from now on, whatever its address says
  drop        closes every connection
  renew       makes the nonce of the Digest scheme stale
The end of stdin ends it. What a single stream does is in the query of its address; see stream.py.
"""

import argparse
import http.server
import json
import os
import pathlib
import ssl
import sys
import threading
import urllib.parse

from credentials import Guard
from stream import Stream

HTML = b'<!doctype html><title>Camera</title><p>Log in to see the picture.'
RANGE_TYPES = {'.mp4': 'video/mp4', '.m3u8': 'application/vnd.apple.mpegurl', '.ts': 'video/mp2t'}


class Camera(http.server.ThreadingHTTPServer):
    """What all connections share."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, options):
        super().__init__(('127.0.0.1', options.port), Handler)
        self.frames = pictures(options.frames)
        self.other_frames = pictures(options.other) if options.other else self.frames
        self.media = pathlib.Path(options.media) if options.media else None
        self.guard = Guard(options.auth, options.user, options.password) if options.user else None
        self.tls = None
        if options.cert:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(options.cert, options.key)
        self.mode = 'live'
        self.fps = None
        self.snapshots = 0
        self.lock = threading.RLock()
        self.sockets = set()
        self.counts = {}

    def get_request(self):
        connection, address = super().get_request()
        connection.settimeout(30)
        return connection, address

    def handle_error(self, request, client_address):
        # A client that goes away, or that does not like the certificate, is what tests are about.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def count(self, path, opened):
        with self.lock:
            entry = self.counts.setdefault(path, {'open': 0, 'total': 0})
            entry['open'] += 1 if opened else -1
            entry['total'] += 1 if opened else 0
            say({'event': 'requests', 'path': path, **entry})

    def drop(self):
        with self.lock:
            for connection in self.sockets:
                try:
                    connection.shutdown(2)
                except OSError:
                    pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def setup(self):
        # In the thread of the connection, so that a client that does not shake hands holds up nobody else.
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()
        with self.server.lock:
            self.server.sockets.add(self.request)

    def finish(self):
        with self.server.lock:
            self.server.sockets.discard(self.request)
        super().finish()

    def log_message(self, *_):
        pass

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        if self.server.guard and not self.server.guard.admits(self.command, self.path, self.headers.get('Authorization')):
            say({'event': 'denied', 'path': parts.path, 'anonymous': self.headers.get('Authorization') is None})
            self.answer(401, b'', [('WWW-Authenticate', self.server.guard.challenge())])
            return
        self.server.count(parts.path, True)
        try:
            self.serve(parts.path, query)
        except OSError:
            self.close_connection = True
        finally:
            self.server.count(parts.path, False)

    do_HEAD = do_GET

    def serve(self, path, query):
        first, _, rest = path.lstrip('/').partition('/')
        if first == 'mjpeg':
            self.close_connection = True
            Stream(self, query).run()
        elif first == 'snapshot.jpg':
            self.snapshot(query)
        elif first == 'media' and self.server.media:
            self.media(rest)
        elif first == 'redirect':
            self.answer(int(query.get('status', 302)), b'', [('Location', query['to'])])
        elif first == 'html':
            self.answer(200, HTML, [('Content-Type', 'text/html; charset=utf-8')])
        elif first == 'garbage':
            self.answer(200, os.urandom(200_000), [('Content-Type', 'multipart/x-mixed-replace; boundary=frame')])
        elif first == 'nothing':
            # No answer at all: it ends when the client loses patience.
            self.connection.recv(1)
            self.close_connection = True
        elif first == 'status':
            self.answer(int(rest), b'as you asked', [('Content-Type', 'text/plain')])
        else:
            self.answer(404, b'not here', [('Content-Type', 'text/plain')])

    def snapshot(self, query):
        server = self.server
        with server.lock:
            if server.mode != 'frozen':
                server.snapshots += 1
            frames = server.other_frames if server.mode == 'other' else server.frames
            frame = frames[(server.snapshots - 1) % len(frames)]
        headers = [('Content-Type', query.get('type', 'image/jpeg'))]
        if 'time' in query:
            headers.append(('X-Timestamp', query['time']))
        if server.mode in ('silent', 'hang'):
            self.connection.recv(1)
            self.close_connection = True
        elif server.mode == 'cut':
            self.answer(200, frame, headers, len(frame) // 2)
        else:
            self.answer(200, frame, headers)

    def media(self, name):
        path = self.server.media / pathlib.PurePath(name).name
        if not path.is_file():
            self.answer(404, b'not here', [('Content-Type', 'text/plain')])
            return
        body = path.read_bytes()
        headers = [('Content-Type', RANGE_TYPES.get(path.suffix, 'application/octet-stream')), ('Accept-Ranges', 'bytes')]
        start, end = byte_range(self.headers.get('Range'), len(body))
        if (start, end) == (0, len(body)):
            self.answer(200, body, headers)
        else:
            headers.append(('Content-Range', f'bytes {start}-{end - 1}/{len(body)}'))
            self.answer(206, body[start:end], headers)

    def answer(self, status, body, headers, cut_at=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body[:cut_at])
        if cut_at is not None:
            self.close_connection = True


def byte_range(header, length):
    """What of `length` bytes a Range header asks for (RFC 9110, section 14), as (start, end); all where there is none."""
    if header is None or not header.startswith('bytes='):
        return 0, length
    first, _, last = header[6:].partition('-')
    if first == '':
        return max(0, length - int(last)), length
    return min(int(first), length), min(int(last) + 1, length) if last else length


def pictures(folder):
    """The JPEGs of a folder in the order of their names."""
    frames = [path.read_bytes() for path in sorted(pathlib.Path(folder).glob('*.jpg'))]
    if not frames:
        sys.exit(f'no *.jpg in {folder}')
    return frames


def say(event):
    sys.stdout.write(json.dumps(event) + '\n')
    sys.stdout.flush()


def obey(camera):
    for line in sys.stdin:
        order, _, value = line.strip().partition(' ')
        if order == 'mode':
            camera.mode = value
        elif order == 'fps':
            camera.fps = float(value)
        elif order == 'drop':
            camera.drop()
        elif order == 'renew':
            camera.guard.renew()
        else:
            sys.exit(f'no such order: {order}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--frames', required=True, help='folder of *.jpg')
    parser.add_argument('--other', help='second folder of *.jpg, for the mode "other"')
    parser.add_argument('--media', help='folder served under /media/, with ranges')
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--cert', help='certificate (PEM); with it the camera speaks HTTPS')
    parser.add_argument('--key', help='key of the certificate (PEM)')
    parser.add_argument('--user')
    parser.add_argument('--password', default='')
    parser.add_argument('--auth', choices=['basic', 'digest', 'digest-sha256', 'digest-2069'], default='basic')
    camera = Camera(parser.parse_args())
    say({'event': 'listening', 'port': camera.server_address[1]})
    threading.Thread(target=camera.serve_forever, daemon=True).start()
    obey(camera)


if __name__ == '__main__':
    main()
