import { describe, expect, it } from 'vitest';
import { ClientRegistry } from '../../../server/clients.js';
import type { ClientRecord } from '../../../server/clients.js';

function record(id: string): ClientRecord {
  const unused = { streams: () => [], disconnect: () => undefined };
  return { id, name: 'demo', peer: '127.0.0.1:5', transport: 'tcp', connectedAtUs: 0, ...unused };
}

describe('ClientRegistry', () => {
  it('admits as many clients as it may, and again when one left', () => {
    const registry = new ClientRegistry(2);
    const [a, b, c] = [record('a'), record('b'), record('c')];
    expect([registry.admit(a), registry.admit(b), registry.admit(c)]).toEqual([true, true, false]);
    expect(registry.count).toBe(2);
    registry.remove(a);
    expect(registry.admit(c)).toBe(true);
    expect(registry.list()).toEqual([b, c]);
  });

  it('does not lose count when a client that was refused, or is gone, leaves', () => {
    const registry = new ClientRegistry(1);
    const [a, b] = [record('a'), record('b')];
    registry.admit(a);
    registry.admit(b);
    registry.remove(b);
    expect(registry.count).toBe(1);
    registry.remove(a);
    registry.remove(a);
    expect(registry.count).toBe(0);
    expect(registry.admit(b)).toBe(true);
  });

  it('tells two clients of the same name apart', () => {
    const registry = new ClientRegistry(5);
    const [a, b] = [record('a'), record('b')];
    registry.admit(a);
    registry.admit(b);
    registry.remove(a);
    expect(registry.list()).toHaveLength(1);
    expect(registry.list()[0]).toBe(b);
  });

  it('tells who watches it of each client that came, reported and left, until they stop', () => {
    const registry = new ClientRegistry(1);
    const events: string[] = [];
    const stop = registry.observe({
      onConnected: ({ id }) => events.push(`connected ${id}`),
      onDisconnected: ({ id }) => events.push(`disconnected ${id}`),
      onReport: ({ id }, { intervalMs }) => events.push(`report of ${id} ${intervalMs}`),
    });
    const [a, b] = [record('a'), record('b')];
    registry.admit(a);
    registry.admit(b);
    registry.report(a, { intervalMs: 1000, streams: [] });
    registry.remove(b);
    registry.remove(a);
    registry.remove(a);
    stop();
    registry.admit(b);
    expect(events).toEqual(['connected a', 'report of a 1000', 'disconnected a']);
    expect(registry.byId('b')).toBe(b);
    expect(registry.byId('a')).toBeUndefined();
  });
});
