import { expect, it } from 'vitest';
import { encodePing } from '../../../../../shared/protocol/codec.js';
import { connectedClient } from '../../../../helpers/browser-client.js';

it('a server that asks on and on and reads no answer is left', async () => {
  const { socket, clock, takeStatuses } = await connectedClient();
  socket().take();
  socket().bufferedAmount = 256 * 1024;
  socket().say(encodePing(1));
  expect(socket().take()).toHaveLength(1);
  socket().bufferedAmount += 1;
  socket().say(encodePing(2), encodePing(3));
  clock.advance(0);
  expect(socket().take()).toEqual([]);
  expect(takeStatuses()).toEqual(['reconnecting/live/CONNECTION_LOST']);
});
