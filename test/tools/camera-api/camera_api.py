"""A camera API and the cameras behind it, for tests, on Python's standard library alone.

The API answers /cameras with JSON, page by page, to whoever has the token. Every camera is a stream of JPEGs at
/stream/NAME that does what its plan says (see stream.py), and counts each frame that it sent to the end. Listens on
loopback. Says in lines of JSON on stdout:
  {"event": "listening", "port": N, "refusing": M}      M is a port of loopback at which nobody listens
  {"event": "list", "page": P, "status": S}             somebody asked for a page of the list
  {"event": "opened", "camera": NAME, "connection": C, "peer": PORT}
  {"event": "closed", "camera": NAME, "connection": C, "peer": PORT, "frames": F, "bytes": B}
  {"event": "done", "camera": NAME, "frames": F, "connections": C}    it sent the last frame of its plan
The end of stdin ends it. The argument is a JSON object: {"list": {...}, "cameras": [{"name": ..., ...}, ...]}.
Of the list:
  token="x"         a Bearer token without which the answer is 401
  header=["X-Api-Key", "x"]  a header without which the answer is 403
  pages=N           cameras on a page; all on one where it is left out
  style="link"      how a page tells the next: link (header), next (field), param (not at all: ?page=N), loop (to itself)
  wrap=true         the array stands in data.items and not alone
  raw="text", type="text/html", status=500              the answer, as it is, to everybody
"""

import http.server
import json
import socket
import sys
import threading
import urllib.parse

from stream import CameraStream, Tally


class CameraApi(http.server.ThreadingHTTPServer):
    """What all connections share."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, plan):
        super().__init__(('127.0.0.1', 0), Handler)
        self.list = plan.get('list', {})
        self.cameras = plan['cameras']
        self.tallies = {camera['name']: Tally(camera, say) for camera in self.cameras}
        # Bound and never listened at: connections to it are refused for as long as this runs.
        self.refusing = socket.socket()
        self.refusing.bind(('127.0.0.1', 0))

    def handle_error(self, request, client_address):
        # A client that goes away is what tests are about.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def entry(self, number, camera):
        """A camera as the list has it; a plan may say other fields, and leave some out with null."""
        port = self.refusing.getsockname()[1] if camera.get('refuse') else self.server_address[1]
        user = f"{camera['user']}@" if 'user' in camera else ''
        url = f"http://{user}127.0.0.1:{port}/stream/{urllib.parse.quote(camera['name'])}"
        entry = {'id': number, 'name': camera['name'], 'status': 1, 'fr_url': url, **camera.get('entry', {})}
        return {field: value for field, value in entry.items() if value is not None}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def do_GET(self):
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        try:
            if parts.path == '/cameras':
                self.answer_list(query)
            elif parts.path.startswith('/stream/'):
                self.close_connection = True
                name = urllib.parse.unquote(parts.path.removeprefix('/stream/'))
                CameraStream(self, self.server.tallies[name]).run()
            else:
                self.answer(404, {'error': 'not here'})
        except OSError:
            self.close_connection = True

    def answer_list(self, query):
        plan = self.server.list
        page = int(query.get('page', 1))
        status = self.refusal() or plan.get('status', 200)
        say({'event': 'list', 'page': page, 'status': status})
        if 'raw' in plan:
            self.answer_bytes(status, plan['raw'].encode(), [('Content-Type', plan.get('type', 'application/json'))])
        elif status != 200:
            self.answer(status, {'error': 'no'})
        else:
            self.answer_page(plan, page)

    def refusal(self):
        plan = self.server.list
        if 'token' in plan and self.headers.get('Authorization') != f"Bearer {plan['token']}":
            return 401
        name, value = plan.get('header', ('', None))
        return 403 if value is not None and self.headers.get(name) != value else None

    def answer_page(self, plan, page):
        entries = [self.server.entry(i + 1, camera) for i, camera in enumerate(self.server.cameras)]
        size = plan.get('pages', max(1, len(entries)))
        shown = entries[(page - 1) * size:page * size]
        is_last = page * size >= len(entries)
        style = plan.get('style', 'next')
        address = '/cameras' if style == 'loop' else None if is_last else f'/cameras?page={page + 1}'
        headers = []
        if style == 'link' and address:
            headers.append(('Link', f'</cameras>; rel="first", <{address}>; rel="next"'))
        body = {'data': {'items': shown, 'total': len(entries)}} if plan.get('wrap') else shown
        if style in ('next', 'loop'):
            body = {**(body if plan.get('wrap') else {'cameras': shown}), 'next': address}
        self.answer(200, body, headers)

    def answer(self, status, body, headers=()):
        self.answer_bytes(status, json.dumps(body).encode(), [('Content-Type', 'application/json'), *headers])

    def answer_bytes(self, status, body, headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


OUTPUT = threading.Lock()


def say(event):
    with OUTPUT:
        sys.stdout.write(json.dumps(event) + '\n')
        sys.stdout.flush()


def main():
    api = CameraApi(json.loads(sys.argv[1]))
    say({'event': 'listening', 'port': api.server_address[1], 'refusing': api.refusing.getsockname()[1]})
    threading.Thread(target=api.serve_forever, daemon=True).start()
    for _ in sys.stdin:
        pass


if __name__ == '__main__':
    main()
