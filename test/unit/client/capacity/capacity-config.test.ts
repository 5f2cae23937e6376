import { describe, expect, it } from 'vitest';
import { parseClientCommand } from '../../../../client/cli.js';
import { resolveCapacityConfig } from '../../../../client/capacity/capacity-config.js';
import { errorOf } from '../../../helpers/error-of.js';

const TARGET = { target: ['streamer://host:8000/cam'], slo: 'lost=0' };

describe('resolveCapacityConfig', () => {
  it('takes targets, a list of cameras, or an address to publish to, each with its own bounds', () => {
    expect(resolveCapacityConfig(TARGET, {})).toMatchObject({
      load: { kind: 'sessions', targets: [{ kind: 'streamer' }] },
      ...{ start: 1, max: 1000, resolution: null, rounds: 3, stepSeconds: 5, soakSeconds: 30, atLeast: null },
    });
    const list = resolveCapacityConfig({ apiUrl: 'http://vms/cameras', slo: 'lost=0' }, { STREAMER_TOKEN: 'secret' });
    expect(list).toMatchObject({
      load: { kind: 'cameras', list: { headers: { authorization: 'Bearer secret' } } },
      max: null,
      // Whoever is in the list must not learn it.
      token: null,
    });
    const publish = resolveCapacityConfig(
      { publish: 'rtsp://host:8554/load/', slo: 'lost=0', video: ['test:bars'] },
      {},
    );
    expect(publish).toMatchObject({
      load: { kind: 'streams', to: 'rtsp://host:8554/load', videos: ['test:bars'] },
      max: 50,
    });
  });

  it('sends the token to targets, too, where there is no API', () => {
    expect(resolveCapacityConfig(TARGET, { STREAMER_TOKEN: 'secret' }).token).toBe('secret');
  });

  it.each([
    [{ target: TARGET.target }, 'Say what has to be kept: --slo'],
    [{ ...TARGET, slo: 'p99<100' }, 'the unit is missing'],
    [{ slo: 'lost=0' }, 'Give targets such as'],
    [{ ...TARGET, publish: 'rtsp://host/x' }, 'one of them'],
    [{ ...TARGET, file: 'cameras.txt' }, 'one of them'],
    [{ ...TARGET, filter: ['a=1'] }, '--filter, --list-path, --url-field and --name-field are for a list'],
    [{ ...TARGET, nameField: 'title' }, 'are for a list; give --api-url or --file'],
    [{ ...TARGET, slo: 'server-cpu<90%', serverApi: 'off' }, 'server-cpu<90% can be known of the server only'],
    [{ ...TARGET, slo: 'lost=0,server-memory<1GiB', serverApi: 'off' }, 'and --server-api is off'],
    [{ ...TARGET, video: ['a.mp4'] }, '--video is for --publish'],
    [{ ...TARGET, start: '10', max: '5' }, '--start is more than --max, which is 5'],
    [{ ...TARGET, atLeast: '2000' }, '--at-least is more than --max, which is 1000'],
    [{ publish: 'rtsp://host/x', slo: 'lost=0', max: '1001' }, '--max is at most 1000 with --publish'],
    [{ publish: 'http://host/x', slo: 'lost=0' }, '--publish must be an address such as rtsp://host:8554/load'],
    [{ ...TARGET, target: ['udp://host:1'] }, 'No load can be made of'],
  ])('refuses %j', (flags, why) => {
    const error = errorOf(() => resolveCapacityConfig(flags, {}));
    expect(error).toMatchObject({ code: 'BAD_USAGE', message: expect.stringContaining(why) as unknown });
  });
});

describe('streamer-client capacity', () => {
  it('is a command, with its help', () => {
    expect(parseClientCommand(['capacity', 'streamer://h', '--slo', 'lost=0'], {})).toMatchObject({
      kind: 'run',
      name: 'capacity',
    });
    const help = parseClientCommand(['capacity', '--help'], {});
    expect(help).toMatchObject({
      kind: 'exit',
      exitCode: 0,
      text: expect.stringContaining('--slo <objective>') as unknown,
    });
    for (const line of help.kind === 'exit' ? help.text.split('\n') : []) expect(line.length).toBeLessThanOrEqual(80);
  });
});
