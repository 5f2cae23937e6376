import { describe, expect, it } from 'vitest';
import type { FleetMember } from '../../../../server/publish/fleet-status.js';
import { reasonLines, summaryLine, tableLines } from '../../../../server/publish/status-text.js';
import type { FleetSnapshot } from '../../../../server/publish/status-text.js';
import { PlainStatus, TerminalStatus } from '../../../../server/publish/status-view.js';
import { StreamerError } from '../../../../shared/errors.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

function member(number: number, change: Partial<FleetMember> = {}, error: StreamerError | null = null): FleetMember {
  const name = `stream-${String(number).padStart(3, '0')}`;
  return {
    ...{ name, video: 'sample.mp4', codec: 'h264', width: 1280, height: 720 },
    ...{ nominalFps: 30, fps: 30, bitrateBps: 2_000_000, loops: 12 },
    connection: {
      ...{ state: 'publishing', url: `rtsp://h/${name}`, error, framesSent: 3600, framesDropped: 4 },
      ...{ bytesSent: 1, reconnects: 1, sinceUs: 0 },
    },
    health: 'healthy',
    server: { isReady: true, readers: 1, bytesReceived: 1 },
    ...change,
  };
}

const lost = (number: number, text = 'The RTSP server closed the connection.') =>
  member(number, { health: 'waiting', fps: null, bitrateBps: null }, new StreamerError('PUBLISH_LOST', text));

function snapshot(members: readonly FleetMember[], change: Partial<FleetSnapshot> = {}): FleetSnapshot {
  const limits = { maxStreams: 50, maxCpuPercent: 90, maxMemoryPercent: 80 };
  const resources = { cpuPercent: 31.4, memoryPercent: 12, limits, notice: null };
  return { elapsedMs: 83_000, members, unstarted: 0, resources, ...change };
}

describe('summaryLine', () => {
  it('says how many streams are how', () => {
    expect(summaryLine(snapshot([member(1), member(2), lost(3)], { unstarted: 4 }))).toBe(
      '1m 23s  3 streams: 2 healthy, 1 waiting, 4 not started  60.0 fps  4.0 Mbit/s  CPU 31 %  memory 12 %',
    );
  });

  it('leaves out what is not known', () => {
    const { limits } = snapshot([]).resources;
    const resources = { cpuPercent: null, memoryPercent: null, limits, notice: null };
    expect(summaryLine(snapshot([], { resources }))).toBe('1m 23s  0 streams  0.0 fps  0.00 Mbit/s');
  });
});

describe('reasonLines', () => {
  it('says each reason once', () => {
    expect(reasonLines([member(1), lost(2), lost(3), lost(4, 'Wrong password.')])).toEqual([
      '  stream-002 and 1 more: The RTSP server closed the connection. (PUBLISH_LOST)',
      '  stream-004: Wrong password. (PUBLISH_LOST)',
    ]);
  });

  it('leaves out the address of each stream', () => {
    const members = [1, 2].map((number) => lost(number, `rtsp://h/stream-00${number}: nothing listens there.`));
    expect(reasonLines(members)).toEqual(['  stream-001 and 1 more: nothing listens there. (PUBLISH_LOST)']);
  });

  it('lets no text of the server reach the terminal as it is', () => {
    const [line = ''] = reasonLines([lost(1, 'a\x1b[2Jb\nc')]);
    expect([...line].every((character) => character >= ' ')).toBe(true);
  });
});

describe('tableLines', () => {
  it('fits into 80x24 with 50 streams, the worst first', () => {
    const members = Array.from({ length: 50 }, (_, index) => (index === 40 ? lost(index + 1) : member(index + 1)));
    const lines = tableLines(snapshot(members), 79, 23);
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(lines.every((line) => line.length <= 79)).toBe(true);
    expect(lines[2]).toContain('stream-041');
    expect(lines.some((line) => /^ {2}and \d+ more$/.test(line))).toBe(true);
    expect(lines.at(-1)).toContain('The RTSP server closed');
  });

  it('shows all in order where there is room, with the video where it is wide', () => {
    const lines = tableLines(snapshot([member(1), member(2)]), 120, 40);
    expect(lines.slice(1)).toEqual([
      '  stream       health       fps  Mbit/s    frames    drop  loops  recon  read  video',
      '  stream-001   healthy     30.0    2.00      3600       4     12      1     1  sample.mp4',
      '  stream-002   healthy     30.0    2.00      3600       4     12      1     1  sample.mp4',
    ]);
    expect(tableLines(snapshot([member(1)]), 79, 40)[1]).toHaveLength(77);
  });

  it('says which limit is reached', () => {
    const resources = { ...snapshot([]).resources, notice: 'CPU is at 99 % of the machine, the limit is 90 %' };
    expect(tableLines(snapshot([member(1)], { resources }), 79, 23)[1]).toContain('CPU is at 99 %');
  });

  it.each([1, 2, 5])('keeps to %i rows', (rows) => {
    expect(tableLines(snapshot([member(1), lost(2), member(3)]), 79, rows).length).toBeLessThanOrEqual(rows);
  });
});

/** A terminal that only keeps what was written. */
function terminal(columns = 80, rows = 24) {
  const written: string[] = [];
  return { written, isTTY: true, columns, rows, write: (text: string) => void written.push(text) };
}

describe('TerminalStatus', () => {
  it('draws the table anew in its place every second, and lets the log scroll by above it', () => {
    const clock = new FakeClock();
    const output = terminal();
    const view = new TerminalStatus(output, clock);
    view.write('before\n');
    view.start(() => snapshot([member(1)]));
    clock.advance(1_000_000);
    view.write('log\n');
    view.stop();
    clock.advance(10_000_000);
    view.write('after\n');
    const table = `${tableLines(snapshot([member(1)]), 79, 23).join('\n')}\n`;
    const back = '\x1b[3F\x1b[0J';
    expect(output.written.join('')).toBe(`before\n${table}${back}${table}${back}log\n${table}${back}${table}after\n`);
    expect(clock.pending).toBe(0);
  });
});

describe('PlainStatus', () => {
  it('prints a line at every interval and at the end', () => {
    const clock = new FakeClock();
    const output = terminal();
    const log = terminal();
    const view = new PlainStatus(output, log, clock, 10_000_000);
    view.start(() => snapshot([member(1), lost(2)]));
    clock.advance(25_000_000);
    view.write('log\n');
    view.stop();
    view.stop();
    clock.advance(25_000_000);
    expect(output.written).toHaveLength(3);
    expect(output.written[0]).toBe(
      '1m 23s  2 streams: 1 healthy, 1 waiting  30.0 fps  2.0 Mbit/s  CPU 31 %  memory 12 %\n' +
        '  stream-002: The RTSP server closed the connection. (PUBLISH_LOST)\n',
    );
    expect(log.written).toEqual(['log\n']);
    expect(clock.pending).toBe(0);
  });
});
