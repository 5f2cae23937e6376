import { describe, expect, it } from 'vitest';
import { createStream, encodedFrame, subscribe } from '../../../helpers/hub-stream-of-test.js';

function listened() {
  const { stream } = createStream();
  const told: unknown[] = [];
  const stop = stream.packets.listen({
    onOffer: (isOffered) => told.push(isOffered),
    onPackets: (bytes, isStart) => told.push([bytes.toString(), isStart]),
  });
  return { stream, told, stop };
}

describe('PacketTap', () => {
  it('hands on what comes until nobody listens', () => {
    const { stream, told, stop } = listened();
    stream.packets.push(Buffer.from('a'), true);
    stream.packets.push(Buffer.from('b'), false);
    stop();
    stream.packets.push(Buffer.from('c'), false);
    expect(told).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });

  it('says once what the source offers', () => {
    const { stream, told } = listened();
    for (const isOffered of [null, true, true, false, null] as const) stream.packets.setOffer(isOffered);
    expect([told, stream.packets.offer]).toEqual([[true, false, null], null]);
  });
});

describe('HubStream.hold', () => {
  it('wants the source to run until the last of those who need it is gone, subscribers and others', () => {
    const { stream } = createStream();
    const told: boolean[] = [];
    stream.observe({ onDemand: (wanted) => told.push(wanted) });
    const release = stream.hold();
    expect([stream.isWanted, stream.isHeldOnly]).toEqual([true, true]);
    const { subscriber } = subscribe(stream);
    const releaseOther = stream.hold();
    expect(stream.isHeldOnly).toBe(false);
    release();
    release();
    stream.unsubscribe(subscriber);
    expect(told).toEqual([true]);
    releaseOther();
    expect([told, stream.isWanted]).toEqual([[true, false], false]);
  });

  it('forgets the frames that were kept when nobody takes any more, since no more are made', () => {
    const { stream } = createStream();
    const release = stream.hold();
    const { subscriber } = subscribe(stream);
    stream.publish(encodedFrame(0));
    stream.unsubscribe(subscriber);
    expect(stream.newestFrame).toBeUndefined();
    release();
  });
});
