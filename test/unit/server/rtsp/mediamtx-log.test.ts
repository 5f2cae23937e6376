import { describe, expect, it } from 'vitest';
import { MediamtxLog } from '../../../../server/rtsp/mediamtx-log.js';
import { createLogger } from '../../../../shared/logger.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

function started() {
  const lines: unknown[][] = [];
  const destination = {
    write: (text: string) => {
      const { level, msg, suppressed } = JSON.parse(text) as Record<string, unknown>;
      lines.push(suppressed === undefined ? [level, msg] : [level, msg, suppressed]);
    },
  };
  const clock = new FakeClock();
  const log = new MediamtxLog(createLogger({ level: 'debug', pretty: false, destination }), clock);
  return { log, clock, lines };
}

describe('the log of MediaMTX', () => {
  it('becomes ours, with warnings where it warns', () => {
    const { log, clock, lines } = started();
    log.write('2026/01/31 10:20:30 INF [RTSP] [conn 127.0.0.1:1] opened');
    log.write('2026/01/31 10:20:30 DEB x');
    log.write('2026/01/31 10:20:30 WAR [path cam] reader is too slow');
    clock.advance(1_000_000);
    log.write('2026/01/31 10:20:31 ERR listen: address already in use');
    log.write('panic: something');
    expect(lines).toEqual([
      ['debug', 'MediaMTX: [RTSP] [conn 127.0.0.1:1] opened'],
      ['debug', 'MediaMTX: x'],
      ['warn', 'MediaMTX: [path cam] reader is too slow', 0],
      ['warn', 'MediaMTX: listen: address already in use', 0],
      ['debug', 'MediaMTX: panic: something'],
    ]);
  });

  it('writes one warning a second and counts the others', () => {
    const { log, clock, lines } = started();
    for (let n = 0; n < 10; n += 1) log.write(`2026/01/31 10:20:30 WAR ${n}`);
    clock.advance(1_000_000);
    log.write('2026/01/31 10:20:31 WAR again');
    expect(lines).toEqual([
      ['warn', 'MediaMTX: 0', 0],
      ['warn', 'MediaMTX: again', 9],
    ]);
  });
});
