"""Reads the time code of an uncropped picture, by docs/timecode.md alone: python3 timecode_reader.py < picture.pgm"""

import json
import re
import sys
import zlib

KINDS = {0x21: 'capture', 0x22: 'media'}


def level(pixels, width, height, column, row):
    """The mean of the middle of a cell, half as wide and half as high as the cell."""
    left, right = (round((4 + column + part) * width / 64) for part in (0.25, 0.75))
    top, bottom = (round((2 + row + part) * height / 36) for part in (0.25, 0.75))
    cell = [pixels[y * width + x] for y in range(top, max(top + 1, bottom)) for x in range(left, max(left + 1, right))]
    return sum(cell) / len(cell)


def cells(pixels, width, height):
    """The four rows of cells, white as True; black and white are told apart by the timing rows."""
    rows = [[level(pixels, width, height, column, row) for column in range(56)] for row in range(4)]
    middles = [(above + below) / 2 for above, below in zip(rows[0], rows[3])]
    return [[value > middle for value, middle in zip(row, middles)] for row in rows]


def meaning(rows):
    """What four rows of cells say, or None."""
    timing = [column % 2 == 0 for column in range(56)]
    if rows[0] != timing or rows[3] != [not cell for cell in timing]:
        return None
    payload = int(''.join('1' if cell else '0' for cell in rows[1] + rows[2]), 2).to_bytes(14, 'big')
    kind, time_us = KINDS.get(payload[0]), int.from_bytes(payload[1:8], 'big')
    if kind is None or zlib.crc32(payload[:10]) != int.from_bytes(payload[10:], 'big') or time_us >= 2**53:
        return None
    return {'kind': kind, 'timeUs': time_us, 'counter': int.from_bytes(payload[8:10], 'big')}


def main():
    data = sys.stdin.buffer.read()
    header = re.match(rb'P5\s(\d+)\s(\d+)\s255\s', data)
    width, height = (int(number) for number in header.groups())
    print(json.dumps(meaning(cells(data[header.end():], width, height))))


if __name__ == '__main__':
    main()
