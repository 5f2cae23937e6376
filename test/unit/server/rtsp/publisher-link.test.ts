import { describe, expect, it } from 'vitest';
import { PublisherLink } from '../../../../server/rtsp/publisher-link.js';
import { FakePublisher, keyPicture } from '../../../helpers/bridge-of-test.js';
import { FakeClock } from '../../../helpers/fake-clock.js';

const spsOf = (index: number) => `6742c01eda${index.toString(16).padStart(4, '0')}`;

describe('PublisherLink', () => {
  it('announces a format that changes with every picture once a second, each time the newest', () => {
    const { clock, publishers, link, send } = linkOfTest();
    for (let index = 0; index < 50; index += 1) {
      send(spsOf(index));
      publishers[0]?.become('publishing');
      clock.advance(50_000);
    }
    expect(publishers).toHaveLength(1);
    expect(publishers[0]?.formats.map(({ parameterSets }) => parameterSets[0]?.toString('hex'))).toEqual(
      [0, 20, 40].map(spsOf),
    );
    const { framesSent, framesDropped } = link.totals;
    expect([framesSent + framesDropped, publishers[0]?.sent.length]).toEqual([50, 3]);
  });

  it('announces a format that it had to keep waiting, also where no key picture follows soon', () => {
    const { clock, publishers, send } = linkOfTest();
    send(spsOf(0));
    publishers[0]?.become('publishing');
    clock.advance(10_000);
    send(spsOf(1));
    send(spsOf(1), false);
    expect(publishers[0]?.formats).toHaveLength(1);
    expect(publishers[0]?.sent).toHaveLength(1);
    clock.advance(990_000);
    send(spsOf(1), false);
    expect(publishers[0]?.formats).toHaveLength(2);
  });

  it('goes on at once where the format is the former one again', () => {
    const { publishers, send } = linkOfTest();
    send(spsOf(0));
    publishers[0]?.become('publishing');
    for (const index of [1, 0]) send(spsOf(index));
    expect([publishers[0]?.formats.length, publishers[0]?.sent.length]).toEqual([1, 2]);
  });
});

/** A link whose publisher does what the test says; `send` gives it a picture of now. */
function linkOfTest() {
  const clock = new FakeClock();
  const publishers: FakePublisher[] = [];
  const createPublisher = (...args: ConstructorParameters<typeof FakePublisher>) => {
    const publisher = new FakePublisher(...args);
    publishers.push(publisher);
    return publisher;
  };
  const link = new PublisherLink('rtsp://h/cam1', { clock, createPublisher }, () => undefined);
  const send = (sps: string, isKey = true) => link.send(keyPicture({ sps, isKey, captureTimeUs: clock.nowUs() }));
  return { clock, publishers, link, send };
}
