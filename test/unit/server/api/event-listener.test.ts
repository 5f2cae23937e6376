import { describe, expect, it } from 'vitest';
import { EventListener } from '../../../../server/api/event-listener.js';
import type { Role } from '../../../../shared/api/server-schema.js';
import { FakeClock } from '../../../helpers/fake-clock.js';
import { FakeWebSocket } from '../../../helpers/fake-websocket.js';

/** More than a listener may leave unread, in one event. */
const MUCH = 'x'.repeat(256 * 1024 + 1);

function open(role: Role = 'view') {
  const clock = new FakeClock();
  const webSocket = new FakeWebSocket();
  const closed: EventListener[] = [];
  const listener = new EventListener({
    connection: webSocket.connect(clock),
    role,
    clock,
    snapshot: (of) => Buffer.from(`all for ${of}`),
    onClosed: (gone) => closed.push(gone),
  });
  const change = (text: string) => listener.offerChange(() => Buffer.from(text));
  const stats = (text: string) => listener.offerStats(() => Buffer.from(text));
  return { clock, webSocket, listener, closed, change, stats };
}

describe('EventListener', () => {
  it('sends what its role may see, and asks whether it was read', () => {
    const { listener, webSocket } = open('admin');
    listener.sendSnapshot();
    expect(webSocket.take()).toEqual(['text all for admin', 'ping 13']);
  });

  it('sends changes at once, with one ping on its way at a time', () => {
    const { listener, webSocket, change } = open();
    change('one');
    change('two');
    expect(webSocket.take()).toEqual(['text one', 'ping 3', 'text two']);
    listener.onPong('3');
    expect(webSocket.take()).toEqual(['ping 6']);
    listener.onPong('6');
    expect(webSocket.take()).toEqual([]);
  });

  it('sends figures only to who has read the last ones', () => {
    const { listener, webSocket, stats } = open();
    stats('1st');
    stats('2nd');
    expect(webSocket.take()).toEqual(['text 1st', 'ping 3']);
    listener.onPong('3');
    stats('3rd');
    expect(webSocket.take()).toEqual(['text 3rd', 'ping 6']);
  });

  it('sends figures beside changes that are not read yet', () => {
    const { webSocket, change, stats } = open();
    change('one');
    stats('1st');
    expect(webSocket.take()).toEqual(['text one', 'ping 3', 'text 1st']);
  });

  it('leaves out what a slow one cannot read, and makes up for it with a snapshot', () => {
    const { listener, webSocket, change, stats } = open();
    change(MUCH);
    webSocket.take();
    change('missed');
    stats('missed');
    expect(webSocket.take()).toEqual([]);
    listener.onPong(String(MUCH.length));
    expect(webSocket.take()).toEqual(['text all for view', `ping ${MUCH.length + 12}`]);
    change('on');
    expect(webSocket.take()).toEqual(['text on']);
  });

  it('sends no snapshot to a slow one that missed nothing', () => {
    const { listener, webSocket, change } = open();
    change(MUCH);
    webSocket.take();
    listener.onPong(String(MUCH.length));
    expect(webSocket.take()).toEqual([]);
  });

  it('waits with the snapshot until everything was read', () => {
    const { listener, webSocket, change } = open();
    change('one');
    change(MUCH);
    change('missed');
    webSocket.take();
    listener.onPong('3');
    expect(webSocket.take()).toEqual([`ping ${MUCH.length + 3}`]);
    listener.onPong(String(MUCH.length + 3));
    expect(webSocket.take()).toEqual(['text all for view', `ping ${MUCH.length + 15}`]);
  });

  it('does not believe one that says it has read what waits here', () => {
    const { listener, webSocket, change } = open();
    webSocket.socket.writableLength = 256 * 1024 + 1;
    listener.onPong('0');
    change('too much');
    expect(webSocket.take()).toEqual([]);
  });

  it('takes only the answer to its own last ping', () => {
    const { listener, webSocket, stats } = open();
    stats('1st');
    webSocket.take();
    for (const label of ['', '2', '4', '3.0', ' 3', 'NaN']) listener.onPong(label);
    stats('2nd');
    expect(webSocket.take()).toEqual([]);
  });

  it('closes one that talks too much, and no other', () => {
    const { clock, listener, webSocket } = open();
    expect(listener.onBytes(64 * 1024)).toBe(true);
    clock.advance(1_000_000);
    expect(listener.onBytes(64 * 1024)).toBe(true);
    expect(webSocket.take()).toEqual([]);
    expect(listener.onBytes(1)).toBe(false);
    expect(webSocket.take()).toEqual(['close 1008 TOO_MANY_MESSAGES']);
  });

  it('tells when it is gone', () => {
    const { listener, closed } = open();
    listener.onClosed();
    expect(closed).toEqual([listener]);
  });
});
