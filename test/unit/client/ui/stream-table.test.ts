import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GLYPHS } from '../../../../client/ui/glyphs.js';
import { COLUMN_GAP, streamTable, tableLabel } from '../../../../client/ui/stream-table.js';
import { emptyStream, liveStream } from '../../../helpers/chart-samples.js';
import { samplePath } from '../../../helpers/sample-snapshot.js';

const STREAMS = [
  liveStream(4, { id: 1, name: 'cam1' }),
  emptyStream({ id: 2, name: 'a-camera-with-a-very-long-name-in-the-hall', state: 'offline' }),
];

describe('tableLabel', () => {
  const place = { left: 0, top: 0, width: 80, height: 8 };
  const paths = (count: number) => Array.from({ length: count }, () => samplePath());

  it('says how many there are, and that not all are in sight', () => {
    expect(tableLabel(STREAMS, place)).toBe('2 streams');
    expect(tableLabel(paths(4), place)).toBe('4 paths');
    expect(tableLabel(paths(12), place)).toBe('4 of 12 paths, n: next');
  });
});

describe('streamTable', () => {
  it('shows every column where there is room', () => {
    const { headers, rows } = streamTable(STREAMS, 0, 160, GLYPHS.braille);
    const names = 'stream size fps Mbit/s p50 p99 ±error received lost skipped corrupt times jpeg state'.split(' ');
    expect(headers.map((header) => header.replaceAll(' ', ''))).toEqual(names);
    expect(rows[0]?.map((cell) => cell.trim())).toEqual([
      '> cam1',
      '1280x720',
      '30.0',
      '7.2',
      '12.4 ms',
      '15.5 ms',
      '270 µs',
      '369',
      '0',
      '0',
      '0',
      'schedule',
      'encoded',
      'live',
    ]);
  });

  it('tells why a stream is not well, as far as there is room', () => {
    const reason = 'Connection refused by the camera; next try in 4.0 s.';
    const streams = [...STREAMS.slice(0, 1), emptyStream({ name: 'cam2', state: 'offline', reason })];
    const state = (columns: number) => streamTable(streams, 0, columns, GLYPHS.braille).rows[1]?.at(-1);
    expect(state(156)?.trim()).toBe(`offline: ${reason}`);
    expect(state(100)).toBe('offline: Connection refused by the came…');
    expect(state(60)).toBe('offline: Connection ref…');
    expect(state(59)).toBe('offline   ');
  });

  it('has nothing to say of a source that is not known yet', () => {
    const unknown = emptyStream({ width: 0, height: 0, nominalFps: null });
    expect(streamTable([unknown], 0, 160, GLYPHS.braille).rows[0]?.[1]?.trim()).toBe('-');
  });

  it('keeps the most important columns of a narrow one', () => {
    const { headers, rows } = streamTable(STREAMS, 1, 42, GLYPHS.braille);
    expect(headers.map((header) => header.trim())).toEqual(['stream', 'fps', 'p50', 'state']);
    expect(rows.map((row) => row[0])).toEqual(['  cam1       ', '> a-camera-w…']);
  });

  it('says nothing where nothing was measured', () => {
    const { rows } = streamTable(STREAMS, 0, 160, GLYPHS.braille);
    expect(rows[1]?.slice(3, 7).map((cell) => cell.trim())).toEqual(['0.0', '-', '-', '-']);
  });

  it('makes hostile names harmless', () => {
    const { rows } = streamTable([liveStream(1, { name: '\x1b[2J{bold}\n' })], 0, 60, GLYPHS.braille);
    expect(rows[0]?.[0]?.trim()).toBe('> ?[2J{bold}');
  });

  it('is empty without streams', () => {
    expect(streamTable([], 0, 60, GLYPHS.braille).rows).toEqual([]);
  });

  it('has cells of exactly the width of their column, together within the table', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 250 }), fc.integer({ min: 0, max: 1e9 }), (columns, count) => {
        const frames = { received: count, lost: count, skipped: count, corrupt: count, kept: 0 };
        const { widths, headers, rows } = streamTable(
          [...STREAMS, liveStream(1, { frames })],
          0,
          columns,
          GLYPHS.ascii,
        );
        for (const cells of [headers, ...rows]) expect(cells.map((cell) => cell.length)).toEqual(widths);
        expect(widths.reduce((sum, width) => sum + width + COLUMN_GAP, -COLUMN_GAP)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
