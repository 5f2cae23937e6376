"""Writes timecode.json and the pictures beside this file: python3 make_timecode_vectors.py

Everything is made from the tables of docs/timecode.md with Python's standard library and shares nothing with the product.
"""

import json
import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).parent
KINDS = {'capture': 0x21, 'media': 0x22}
TIMING = '10' * 28, '01' * 28


def rows_of(first, time_us, counter, spoil=0):
    checked = bytes([first]) + time_us.to_bytes(7, 'big') + struct.pack('>H', counter)
    payload = checked + struct.pack('>I', zlib.crc32(checked) ^ spoil)
    bits = ''.join(f'{byte:08b}' for byte in payload)
    return [TIMING[0], bits[:56], bits[56:], TIMING[1]]


def code(name, kind, time_us, counter):
    return {'name': name, 'kind': kind, 'timeUs': time_us, 'counter': counter,
            'rows': rows_of(KINDS[kind], time_us, counter)}


def edge(index, cells, size_px):
    return (2 * index * size_px + cells) // (2 * cells)


def edges(width, height):
    return {'width': width, 'height': height,
            'columns': [edge(4 + column, 64, width) for column in range(57)],
            'rows': [edge(2 + row, 36, height) for row in range(5)]}


def draw(rows, width, height):
    """The code on a grey ramp, as lines of bytes."""
    lines = [bytearray(40 + 170 * (x + y) // (width + height) for x in range(width)) for y in range(height)]
    places = edges(width, height)
    for row, cells in enumerate(rows):
        for y in range(places['rows'][row], places['rows'][row + 1]):
            for column, cell in enumerate(cells):
                left, right = places['columns'][column], places['columns'][column + 1]
                lines[y][left:right] = (b'\xff' if cell == '1' else b'\x00') * (right - left)
    return lines


def crop(lines, left, right, top, bottom):
    return [line[left:len(line) - right] for line in lines[top:len(lines) - bottom]]


def scale(lines, width, height):
    """Each pixel becomes the mean of what it covers, to a quarter of a pixel."""
    from_x, from_y = len(lines[0]), len(lines)
    near = [-3, -1, 1, 3]

    def at(index, count, size, part):
        return min(size - 1, int((index + 0.5 + part / 8) * size / count))

    return [bytearray(sum(lines[at(y, height, from_y, b)][at(x, width, from_x, a)] for a in near for b in near) // 16
                      for x in range(width)) for y in range(height)]


def png(lines):
    def chunk(name, body):
        return struct.pack('>I', len(body)) + name + body + struct.pack('>I', zlib.crc32(name + body))

    header = struct.pack('>IIBBBBB', len(lines[0]), len(lines), 8, 0, 0, 0, 0)
    data = zlib.compress(b''.join(b'\x00' + bytes(line) for line in lines), 9)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', data) + chunk(b'IEND', b'')


CODES = [
    code('the least of all', 'capture', 0, 0),
    code('a capture time', 'capture', 1_700_000_000_123_456, 4711),
    code('a place in a video', 'media', 33_367, 1),
    code('the greatest of all', 'capture', 2**53 - 1, 2**16 - 1),
]
REFUSED = [
    {'name': 'a wrong checksum', 'rows': rows_of(0x21, 1_700_000_000_123_456, 4711, spoil=1)},
    {'name': 'an earlier version', 'rows': rows_of(0x11, 1_700_000_000_123_456, 4711)},
    {'name': 'an unknown kind', 'rows': rows_of(0x23, 1_700_000_000_123_456, 4711)},
    {'name': 'a time above 2^53 - 1', 'rows': rows_of(0x21, 2**53, 4711)},
]
FULL = draw(CODES[1]['rows'], 640, 360)
PICTURES = {
    'timecode-192x108.png': draw(CODES[1]['rows'], 192, 108),
    'timecode-cropped.png': crop(FULL, left=32, right=5, top=18, bottom=0),
    'timecode-cropped-and-scaled.png': scale(crop(FULL, left=0, right=32, top=7, bottom=18), 300, 200),
}

if __name__ == '__main__':
    vectors = {
        'codes': CODES,
        'refused': REFUSED,
        'edges': [edges(192, 108), edges(333, 251), edges(640, 360), edges(1080, 1920)],
        'pictures': [{'file': file, 'code': CODES[1]['name']} for file in PICTURES],
    }
    (HERE / 'timecode.json').write_text(json.dumps(vectors, indent=1) + '\n')
    for file, lines in PICTURES.items():
        (HERE / file).write_bytes(png(lines))
