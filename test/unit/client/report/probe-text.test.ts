import { describe, expect, it } from 'vitest';
import { formatProbe } from '../../../../client/report/probe-text.js';
import { summarize } from '../../../../client/report/summary.js';
import { summarySchema } from '../../../../client/report/summary-schema.js';
import { samplePath, sampleSnapshot, sampleStream, troubledPath } from '../../../helpers/sample-snapshot.js';

const THIS_MACHINE = { offsetUs: 0, errorUs: 2000, driftPpm: null, rttUs: { min: null, p50: null } };
const NOTHING_MEASURED = { ...sampleStream().latencyUs, count: 0, p50: null, p90: null, p99: null, max: null };

const linesOf = (snapshot: Parameters<typeof formatProbe>[0], columns = 1000) =>
  formatProbe(snapshot, columns).split('\n');

describe('formatProbe', () => {
  it('compares paths, and says what has to be known about each', () => {
    expect(linesOf(sampleSnapshot({ streams: [samplePath(), troubledPath()] }))).toEqual([
      'probe: 12s, 2 paths, clock +5.00 s ± 87 µs',
      '',
      'latency               p50      p90      p99      max  against rtsp  measured by',
      'rtsp     12.4 ms ± 0.3 ms  13.0 ms  15.5 ms  21.0 ms             -  time code',
      'hls       4.10 s ± 270 µs  13.0 ms  15.5 ms  21.0 ms       +4.09 s  time code',
      '',
      'path   first   fps  Mbit/s  frames  lost  gaps  freezes  jitter  reconnects',
      'rtsp  640 ms  30.0     7.2     369     0     0        0  1.1 ms           0',
      'hls   640 ms  30.0     7.2     300    12     9        3  1.1 ms           1',
      '',
      'Latency of rtsp, hls includes FFmpeg: demuxing and decoding.',
      '',
      'rtsp  rtsp://user:***@host:8554/cam  h264 1280x720',
      'hls  http://host/index.m3u8  h264 1280x720',
      '  Note: The server is gone. Next try in 1.0 s.',
      '  Note: It was connected again once, after 1.50 s in all.',
      '  Note: The time code of 1 picture could not be read.',
      '  Note: By what the path states itself latency is p50 12.0 ms ± 0.3 ms.',
      '  Note: The time code and the path contradict each other by 4.09 s: the clock that wrote the time codes is another ' +
        'one; give its server as --clock.',
      '  Note: Latency of 2 pictures is below zero, down to -5.0 ms: the clock that wrote the time codes is another one; ' +
        'give its server as --clock.',
      '  Note: Nothing new was to be seen 3 times, 4.00 s in all, at most 2.00 s.',
      '  Note: 7 pictures showed the same as the one before.',
      '  Note: 1 picture came after a later one.',
      '  Note: 3 pictures could not be decoded as a whole.',
      '  Note: Its time line leaps 2 times, over 5 pictures.',
      '  Note: Its size changed 2 times.',
    ]);
  });

  it('compares with the first path whose latency is known', () => {
    const first = samplePath({ latencyUs: NOTHING_MEASURED }, { latencySource: null });
    const lines = linesOf(
      sampleSnapshot({ streams: [first, samplePath({ name: 'srt' }), samplePath({ name: 'tcp' })] }),
    );
    expect(lines[2]).toContain('against srt');
    expect(lines[3]?.split(/ {2,}/)).toEqual(['rtsp', '-', '-', '-', '-', '-', '-']);
    expect(lines[5]).toMatch(/ {2}0 µs {2}time code$/);
  });

  it('adds up the errors of latencies by two clocks', () => {
    const second = samplePath({ name: 'tcp' }, { latencySource: 'protocol' });
    expect(linesOf(sampleSnapshot({ streams: [samplePath(), second] }))[4]).toContain('0 µs ± 540 µs');
  });

  it.each([
    // 12.4 ms by the code; the errors are 270 µs each, and a picture takes 33.3 ms.
    [46_300, false],
    [46_400, true],
  ])('says whether what the path states (%i µs) contradicts the time code: %s', (p50, expected) => {
    const stated = { ...sampleStream().latencyUs, p50 };
    const path = samplePath({}, { statedLatencyUs: stated });
    const text = formatProbe(sampleSnapshot({ streams: [path] }), 1000);
    expect(text.includes('The time code and the path contradict each other by 34.0 ms')).toBe(expected);
  });

  it.each([
    [{ sinceLast: 290, unread: 300 }, ['The time code of 10 pictures', 'No time code in the last 290 pictures']],
    [{ sinceLast: 0, unread: 49 }, ['The time code of 49 pictures']],
    [{ sinceLast: 50, unread: 50 }, ['No time code in the last 50 pictures']],
  ])('says since when there are no time codes: %o', (counts, expected) => {
    const timeCode = { kind: 'capture', read: 10, undecoded: 0, ...counts } as const;
    const text = formatProbe(sampleSnapshot({ streams: [samplePath({}, { timeCode })] }), 1000);
    expect(text.match(/(No|The) time code (of|in the last) \d+ pictures/g)).toEqual(expected);
  });

  it('says nothing of leaps of the time line that the time codes tell of too', () => {
    const frames = { ...sampleStream().frames, lost: 3 };
    const notesOn = (leaps: number) =>
      formatProbe(
        sampleSnapshot({ streams: [samplePath({ frames }, { mediaGaps: { count: 1, frames: leaps } })] }),
        200,
      );
    expect(notesOn(3)).not.toContain('time line leaps');
    expect(notesOn(4)).toContain('time line leaps');
  });

  it('says how many pictures are not in the latency, and when a path came to its end', () => {
    const text = formatProbe(
      sampleSnapshot({ streams: [samplePath({ state: 'ended' }, { opening: 29, endedAfterUs: 12_300_000 })] }),
      1000,
    );
    expect(text).toContain('29 pictures waited while FFmpeg opened the stream; they are not in the latency.');
    expect(text).toContain('It came to its end after 12.3 s.');
    expect(formatProbe(sampleSnapshot({ streams: [samplePath()] }), 1000)).not.toContain('waited');
  });

  it('shows no latencies where there are none, and says why', () => {
    const path = samplePath({ latencyUs: NOTHING_MEASURED }, { latencySource: null });
    const lines = linesOf(sampleSnapshot({ clock: THIS_MACHINE, streams: [path] }));
    expect(lines[0]).toBe('probe: 12s, 1 path, time codes by the clock of this machine');
    expect(lines.some((line) => line.startsWith('latency'))).toBe(false);
    expect(lines.at(-1)).toBe('  Note: Latency is unknown: its pictures carry no time code, and it states no time.');
  });

  it('says what a code of a video that was made beforehand is good for', () => {
    const timeCode = { kind: 'media', read: 3, unread: 0, undecoded: 0, sinceLast: 0 } as const;
    const path = samplePath({ latencyUs: NOTHING_MEASURED }, { latencySource: null, timeCode });
    expect(formatProbe(sampleSnapshot({ streams: [path] }), 1000)).toContain(
      'they count pictures, but say nothing about latency',
    );
  });

  it.each([
    ['connecting', 'Not one picture came.'],
    ['silent', 'Nothing comes any more.'],
    ['frozen', 'It shows the same picture still.'],
  ] as const)('says that a path is %s', (state, note) => {
    const received = state === 'connecting' ? 0 : 10;
    const path = samplePath({ state, frames: { ...sampleStream().frames, received } });
    expect(formatProbe(sampleSnapshot({ streams: [path] }), 1000)).toContain(`  Note: ${note}`);
  });

  it('tells once what is in the latency of several paths, and of which', () => {
    const delays = ['FFmpeg: demuxing and decoding', 'one period'];
    const streams = [
      samplePath({ name: 'tcp' }, { delays: [] }),
      samplePath({ name: 'rtmp' }),
      samplePath({ name: 'srt' }, { delays }),
      samplePath({ name: 'none', latencyUs: NOTHING_MEASURED }),
    ];
    expect(linesOf(sampleSnapshot({ streams })).filter((line) => line.startsWith('Latency of'))).toEqual([
      'Latency of tcp ends with the last byte; decoding is not in it.',
      'Latency of rtmp, srt includes FFmpeg: demuxing and decoding.',
      'Latency of srt includes one period.',
    ]);
  });

  it('wraps sentences at the width of the terminal', () => {
    const lines = linesOf(sampleSnapshot({ streams: [samplePath(), troubledPath()] }), 60);
    const notes = lines.slice(lines.indexOf('hls  http://host/index.m3u8  h264 1280x720') + 1);
    expect(Math.max(...notes.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(notes.every((line) => /^ {2}Note: | {4}\S/.test(line))).toBe(true);
  });

  it.each([
    [1, 'It was connected again once, after 28.5 s in all.'],
    [0, 'It has been down for 28.5 s.'],
  ])('says for how long a path was down that came back %s times', (reconnects, note) => {
    const path = samplePath({ state: 'offline' }, { reconnects, outageUs: 28_500_000 });
    expect(linesOf(sampleSnapshot({ streams: [path] }))).toContain(`  Note: ${note}`);
  });

  it('lets no path act upon the terminal', () => {
    const text = formatProbe(
      sampleSnapshot({ streams: [samplePath({ state: 'offline', reason: 'a\x1b[2Jb' })] }),
      1000,
    );
    expect(text).not.toContain('\x1b');
  });
});

describe('the summary of a probe', () => {
  it('has what is known of each path, and is one', () => {
    const snapshot = sampleSnapshot({ streams: [samplePath(), troubledPath()] });
    const summary = summarize(snapshot, new Map());
    expect(summarySchema.parse(summary)).toEqual(summary);
    expect(summary).toMatchObject({
      streams: [
        { stream: 'rtsp', probe: { url: 'rtsp://user:***@host:8554/cam', size: { width: 1280, height: 720 } } },
        { stream: 'hls', probe: { statedLatencyUs: { p50: 12_000 }, freezes: { count: 3 } } },
      ],
    });
  });
});
