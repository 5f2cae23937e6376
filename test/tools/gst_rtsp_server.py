"""GStreamer's RTSP server for tests: a camera that draws its own picture, on loopback, at the paths h264 and jpeg; at the
path record it takes H.264 that somebody publishes, decodes it, and counts the pictures.

It says on stdout, in lines of JSON, where it listens and who is connected, and takes orders on stdin, a line each:
  pause PATH, resume PATH    clients stay connected and get no packets in between
  drop PATH                  disconnects the clients of a path
  size PATH WIDTHxHEIGHT     the picture changes its size
The end of stdin ends it. Needs Debian's python3-gi and gir1.2-gst-rtsp-server-1.0.
"""

import argparse
import json
import sys
import threading

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstRtsp', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

ENCODERS = {
    'h264': 'openh264enc complexity=low gop-size={gop} ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1',
    'jpeg': 'jpegenc quality=80 ! rtpjpegpay name=pay0 pt=26',
}
DECODER = '( rtph264depay name=depay0 ! h264parse ! openh264dec ! fakesink name=sink sync=false )'
ROLE = 'viewer'


class Camera:
    def __init__(self, options):
        self.options = options
        self.sizes = dict.fromkeys(ENCODERS, options.size)
        self.media = {}
        self.clients = {}
        self.counts = {}
        self.server = GstRtspServer.RTSPServer()
        self.server.set_address('127.0.0.1')
        self.server.set_service(str(options.port))
        self.server.connect('client-connected', self.connected)
        if options.user:
            self.server.set_auth(self.guard())
        for path, encoder in ENCODERS.items():
            self.server.get_mount_points().add_factory(f'/{path}', self.factory(path, encoder))
        self.server.get_mount_points().add_factory('/record', self.recorder())

    def start(self):
        if self.server.attach(None) == 0:
            sys.exit('cannot listen')
        say({'event': 'listening', 'port': self.server.get_bound_port()})

    def guard(self):
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string('media.factory.role', ROLE)
        user, password = self.options.user, self.options.password
        if self.options.auth == 'digest':
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
            auth.add_digest(user, password, token)
        else:
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        return auth

    def factory(self, path, encoder):
        factory = GstRtspServer.RTSPMediaFactory()
        source = 'videotestsrc is-live=true pattern=ball ! capsfilter name=size caps=' + self.caps(self.options.size)
        encoder = encoder.format(gop=self.options.gop)
        factory.set_launch(f'( {source} ! valve name=valve ! {encoder} )')
        # All clients see one picture, as those of a camera do.
        factory.set_shared(True)
        factory.connect('media-configure', lambda _, media: self.configured(path, media.get_element()))
        self.permit(factory)
        return factory

    def recorder(self):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(DECODER)
        factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
        factory.connect('media-configure', lambda _, media: self.count_pictures(media.get_element()))
        self.permit(factory)
        return factory

    def permit(self, factory):
        if not self.options.user:
            return
        permissions = GstRtspServer.RTSPPermissions()
        for what in ('media.factory.access', 'media.factory.construct'):
            permissions.add_permission_for_role(ROLE, what, True)
        factory.set_permissions(permissions)

    def count_pictures(self, element):
        count = 0

        def counted(*_):
            nonlocal count
            count += 1
            say({'event': 'recorded', 'path': 'record', 'count': count})
            return Gst.PadProbeReturn.OK

        element.get_by_name('sink').get_static_pad('sink').add_probe(Gst.PadProbeType.BUFFER, counted)

    def configured(self, path, element):
        # With its last client a media goes, and the next one is made anew.
        self.media[path] = element
        self.resize(path)

    def resize(self, path):
        caps = Gst.Caps.from_string(self.caps(self.sizes[path]))
        self.media[path].get_by_name('size').set_property('caps', caps)

    def caps(self, size):
        width, _, height = size.partition('x')
        return f'video/x-raw,format=I420,width={width},height={height},framerate={self.options.fps}/1'

    def connected(self, _, client):
        self.clients[client] = None
        self.count({'event': 'connections'}, len(self.clients), True)
        client.connect('play-request', self.played)
        client.connect('closed', self.closed)

    def played(self, client, context):
        path = context.uri.abspath.strip('/')
        if self.clients.get(client) != path:
            self.clients[client] = path
            self.count({'event': 'readers', 'path': path}, self.playing(path), True)

    def closed(self, client):
        path = self.clients.pop(client, None)
        if path is not None:
            self.count({'event': 'readers', 'path': path}, self.playing(path), False)
        self.count({'event': 'connections'}, len(self.clients), False)

    def playing(self, path):
        return sum(of == path for of in self.clients.values())

    def count(self, event, now_open, is_new):
        key = event.get('path')
        self.counts[key] = self.counts.get(key, 0) + is_new
        say({**event, 'open': now_open, 'total': self.counts[key]})

    def obey(self, line):
        order, path, *rest = line.split()
        if order == 'drop':
            for client in [client for client, of in self.clients.items() if of == path]:
                client.close()
        elif order in ('pause', 'resume'):
            self.media[path].get_by_name('valve').set_property('drop', order == 'pause')
        elif order == 'size':
            self.sizes[path] = rest[0]
            self.resize(path)
        else:
            sys.exit(f'no such order: {order}')


def say(event):
    sys.stdout.write(json.dumps(event) + '\n')
    sys.stdout.flush()


def read_orders(camera, loop):
    for line in sys.stdin:
        GLib.idle_add(camera.obey, line)
    GLib.idle_add(loop.quit)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--size', default='320x240')
    parser.add_argument('--fps', type=int, default=25)
    parser.add_argument('--gop', type=int, default=15)
    parser.add_argument('--user')
    parser.add_argument('--password', default='')
    parser.add_argument('--auth', choices=['basic', 'digest'], default='basic')
    options = parser.parse_args()
    Gst.init(None)
    camera = Camera(options)
    camera.start()
    loop = GLib.MainLoop()
    threading.Thread(target=read_orders, args=(camera, loop), daemon=True).start()
    loop.run()


if __name__ == '__main__':
    main()
