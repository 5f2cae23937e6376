"""Holds wire.py to the vectors of test/vectors: python3 test_vectors.py"""

import json
import pathlib
import struct
import unittest

import wire

VECTORS = pathlib.Path(__file__).resolve().parents[2] / 'vectors'
FROM_CLIENT = {'HELLO', 'ACK', 'PING', 'PONG', 'STATS', 'BYE', 'BENCH'}


def read(name):
    return json.loads((VECTORS / name).read_text())


def receivers(vector):
    """What each side that may receive the vector accepts."""
    sides = {'client-to-server': [FROM_CLIENT], 'server-to-client': [wire.FROM_SERVER]}
    return sides.get(vector['direction'], [FROM_CLIENT, wire.FROM_SERVER])


def expected(vector):
    if vector['type'] is None:
        return []
    fields = dict(vector['fields'])
    if vector['type'] == 'FRAME':
        fields['jpeg'] = bytes.fromhex(fields['jpeg'])
    return [(vector['type'], fields)]


class Vectors(unittest.TestCase):
    def check_each(self, file, check):
        vectors = read(file)
        self.assertGreater(len(vectors), 0)
        for vector in vectors:
            with self.subTest(vector['name']):
                check(vector, bytes.fromhex(vector['hex']))

    def test_valid_messages_decode(self):
        def check(vector, data):
            for accepts in receivers(vector):
                messages = list(wire.Parser(accepts).feed(data))
                if vector['canonical'] or vector['type'] is None:
                    self.assertEqual(messages, expected(vector))
                else:
                    # This client keeps keys it does not know.
                    self.assertLessEqual(vector['fields'].keys(), messages[0][1].keys())

        self.check_each('valid.json', check)

    def test_valid_messages_decode_byte_by_byte(self):
        def check(vector, data):
            for accepts in receivers(vector):
                parser = wire.Parser(accepts)
                pieces = [message for byte in data for message in parser.feed(bytes([byte]))]
                self.assertEqual(pieces, list(wire.Parser(accepts).feed(data)))

        self.check_each('valid.json', check)

    def test_fields_encode(self):
        def check(vector, data):
            if vector['canonical']:
                [(name, fields)] = expected(vector)
                self.assertEqual(wire.encode(name, fields).hex(), data.hex())

        self.check_each('valid.json', check)

    def test_invalid_messages_are_refused(self):
        def check(vector, data):
            # The bounds of JSON fields protect a server; this client does not check them.
            if vector['layer'] == 'schema':
                return
            for accepts in receivers(vector):
                with self.assertRaises(wire.ProtocolError) as caught:
                    list(wire.Parser(accepts).feed(data))
                self.assertEqual(caught.exception.code, vector['error'])

        self.check_each('invalid.json', check)

    def test_classic_frames(self):
        def check(vector, data):
            length, seconds = struct.unpack('>Id', data[:12])
            self.assertEqual(length, len(data) - 4)
            self.assertEqual({'seconds': seconds, 'jpeg': data[12:].hex()}, vector['fields'])

        self.check_each('classic.json', check)


if __name__ == '__main__':
    unittest.main()
