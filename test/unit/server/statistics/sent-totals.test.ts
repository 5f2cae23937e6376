import { describe, expect, it } from 'vitest';
import { clientsByTransport, SentToGone } from '../../../../server/statistics/sent-totals.js';
import { MeasuredClient } from '../../../helpers/measured-server.js';

const SENT = { sent: 10, sentBytes: 1000, replaced: 3, thinned: 2 };
const TOTALS = { clients: 1, frames: 10, bytes: 1000, lagging: 3, thinned: 2 };
const everyStream = () => true;

/** A client that watches the streams. */
function clientOf(id: string, transport: 'tcp' | 'mjpeg', ...streams: string[]): MeasuredClient {
  const client = new MeasuredClient(id, transport);
  for (const stream of streams) client.watch(stream, SENT);
  return client;
}

describe('SentToGone', () => {
  it('adds up what clients were sent, by stream and road', () => {
    const clients = [clientOf('a', 'tcp', 'cam', 'door'), clientOf('b', 'tcp', 'cam'), clientOf('c', 'mjpeg', 'cam')];
    expect(new SentToGone().totals(clients)).toEqual(
      new Map([
        [
          'cam',
          new Map([
            ['tcp', { clients: 2, frames: 20, bytes: 2000, lagging: 6, thinned: 4 }],
            ['mjpeg', TOTALS],
          ]),
        ],
        ['door', new Map([['tcp', TOTALS]])],
      ]),
    );
  });

  it('keeps what was sent to those who left', () => {
    const gone = new SentToGone();
    const [a, b] = [clientOf('a', 'tcp', 'cam'), clientOf('b', 'tcp', 'cam')];
    gone.onGone(a, everyStream);
    const both = new Map([['cam', new Map([['tcp', { ...TOTALS, frames: 20, bytes: 2000, lagging: 6, thinned: 4 }]])]]);
    expect(gone.totals([b])).toEqual(both);
    expect(gone.totals([b])).toEqual(both);
    gone.onGone(b, everyStream);
    expect(gone.totals([]).get('cam')?.get('tcp')).toEqual({ ...both.get('cam')?.get('tcp'), clients: 0 });
  });

  it('forgets streams that are gone, and counts nothing for them', () => {
    const gone = new SentToGone();
    gone.onGone(clientOf('a', 'tcp', 'cam', 'door'), everyStream);
    gone.onRemoved('cam');
    gone.onGone(clientOf('b', 'tcp', 'cam', 'door'), (stream) => stream === 'door');
    expect([...gone.totals([]).keys()]).toEqual(['door']);
    expect(gone.totals([]).get('door')?.get('tcp')?.frames).toBe(20);
  });
});

describe('clientsByTransport', () => {
  it('counts clients over each road, also where there are none', () => {
    const clients = [clientOf('a', 'tcp'), clientOf('b', 'tcp'), clientOf('c', 'mjpeg')];
    expect([...clientsByTransport(clients)]).toEqual([
      ['tcp', 2],
      ['classic', 0],
      ['mjpeg', 1],
      ['websocket', 0],
    ]);
  });
});
