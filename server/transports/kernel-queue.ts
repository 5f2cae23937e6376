import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** The kernel's tables of TCP sockets, one for IPv4 and one for IPv6 (proc(5), /proc/net/tcp). */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** Bytes that the kernel holds for each connection and that the peer has not yet acknowledged, by `socketKey`. */
export type KernelQueues = ReadonlyMap<string, number>;

/**
 * Reads how many bytes wait in the kernel for each connection of `localPort`: what a peer that reads slowly has not
 * taken is there, long before `write` reports that nothing more fits. Resolves to null where there is no such table.
 */
export async function readKernelQueues(localPort: number): Promise<KernelQueues | null> {
  const texts = await Promise.all(TABLES.map((path) => readFile(path, 'latin1').catch(() => null)));
  if (texts.every((text) => text === null)) return null;
  const queues = new Map<string, number>();
  for (const text of texts) if (text !== null) parseTable(text, localPort, queues);
  return queues;
}

/** Names a connection as the kernel's table does: the peer's address in hex, each 32-bit word little-endian, and port. */
export function socketKey(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  const bytes = addressBytes(socket.remoteAddress ?? '');
  const words: string[] = [];
  for (let i = 0; i < bytes.length; i += 4) words.push(hex(bytes.slice(i, i + 4).reverse()));
  return `${words.join('')}:${(socket.remotePort ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Adds to `queues` the bytes waiting on each connection of `localPort` in one table. */
export function parseTable(text: string, localPort: number, queues: Map<string, number>): void {
  const portText = localPort.toString(16).toUpperCase().padStart(4, '0');
  for (const line of text.split('\n').slice(1)) {
    const [, local, remote, , queue] = line.trim().split(/\s+/);
    if (!local?.endsWith(`:${portText}`) || !remote || !queue) continue;
    queues.set(remote, parseInt(queue.slice(0, 8), 16));
  }
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}

/** "127.0.0.1" -> 4 bytes, "::ffff:127.0.0.1" and "fe80::1%eth0" -> 16 bytes. */
function addressBytes(address: string): number[] {
  if (!address.includes(':')) return address.split('.').map(Number);
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = groupBytes(head);
  const after = groupBytes(tail ?? '');
  const gap = tail === undefined ? 0 : 16 - before.length - after.length;
  return [...before, ...new Array<number>(Math.max(0, gap)).fill(0), ...after];
}

function groupBytes(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
