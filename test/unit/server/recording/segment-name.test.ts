import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSegmentName, segmentBase } from '../../../../server/recording/segment-name.js';

const TIME_US = Date.UTC(2026, 10, 21, 3, 15, 0, 123) * 1000;

describe('segmentBase', () => {
  it('is the stream and the time in UTC, cut to milliseconds', () => {
    expect(segmentBase('cam1', TIME_US)).toBe('cam1_20261121T031500.123Z');
    expect(segmentBase('cam1', TIME_US + 999)).toBe('cam1_20261121T031500.123Z');
    expect(segmentBase('cam1', TIME_US, 2)).toBe('cam1_20261121T031500.123Z-2');
  });
});

describe('parseSegmentName', () => {
  const stream = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/);
  const copy = fc.integer({ min: 1, max: 1000 });
  const format = fc.constantFrom('mkv' as const, 'mp4' as const);
  const timeUs = fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) * 1000 });

  it('reads every name that is given', () => {
    fc.assert(
      fc.property(stream, timeUs, copy, format, (name, time, number, ending) => {
        const base = segmentBase(name, time, number);
        expect(parseSegmentName(name, `${base}.${ending}`)).toMatchObject({ base, format: ending });
      }),
    );
  });

  it('takes no file of another stream for its own', () => {
    fc.assert(
      fc.property(stream, stream, timeUs, copy, (mine, other, time, number) => {
        fc.pre(mine !== other);
        expect(parseSegmentName(mine, `${segmentBase(other, time, number)}.mkv`)).toBeNull();
      }),
    );
    // Names that are made to be mistaken.
    expect(parseSegmentName('cam', `${segmentBase('cam_20261121T031500.123Z', TIME_US)}.mkv`)).toBeNull();
    expect(parseSegmentName('cam', `${segmentBase('cam_2', TIME_US)}.mkv`)).toBeNull();
  });

  it('sorts by time, then by number', () => {
    const names = [segmentBase('a', TIME_US), segmentBase('a', TIME_US, 2), segmentBase('a', TIME_US, 10)];
    names.push(segmentBase('a', TIME_US + 1000));
    const orders = names.map((name) => parseSegmentName('a', `${name}.mkv`)!.order);
    expect([...orders].sort()).toEqual(orders);
  });

  it.each([
    'cam1_20261121T031500.123Z.jsonl',
    'cam1_20261121T031500.123Z',
    'cam1_20261121T031500.123Z.mkv.part',
    'cam1_20261121T031500.123Z-1.mkv',
    'cam1_20261121T031500.123Z-02.mkv',
    'cam1_20261121T031500Z.mkv',
    'cam1_holiday.mkv',
    'cam1_.mkv',
    'cam1.mkv',
    'Cam1_20261121T031500.123Z.mkv',
  ])('knows nothing of %s', (name) => {
    expect(parseSegmentName('cam1', name)).toBeNull();
  });
});
