import type { Socket } from 'node:net';
import { TCP_TABLES, connectionFields, eachConnection, readTcpTable } from '../../shared/tcp-table.js';

const IPV4_KEY_LENGTH = '0050 0100007F:C77C'.length;
/** Place of the retransmission time-out among the fields that follow the two addresses, and its unit. */
const TIMEOUT_FIELD = 9;
const TICK_US = 10_000;
/** Linux never waits less than the round trip and this much more (TCP_RTO_MIN). */
const LEAST_TIMEOUT_US = 200_000;

/** What the kernel holds for one connection. */
export interface KernelQueue {
  /** Bytes that were written and that the peer's kernel has not acknowledged. */
  readonly queuedBytes: number;
  /** Round trip to the peer, to 10 ms; a little too high rather than too low, and 0 for one nearby. */
  readonly roundTripUs: number;
}

/** By `socketKey`. */
export type KernelQueues = ReadonlyMap<string, KernelQueue>;

/**
 * Reads how many bytes wait in the kernel for some connections: what a peer that reads slowly has not taken is there,
 * long before `write` reports that nothing more fits. Resolves to null where there is no such table, as elsewhere than on
 * Linux; rejects when it cannot be read at present.
 *
 * @param keys of the connections, as `socketKey` gives them
 */
export async function readKernelQueues(keys: ReadonlySet<string>): Promise<KernelQueues | null> {
  const isIpv6 = [...keys].map((key) => key.length > IPV4_KEY_LENGTH);
  // Even a table without entries takes the kernel a millisecond.
  const paths = [
    ...(isIpv6.includes(false) ? [TCP_TABLES.ipv4] : []),
    ...(isIpv6.includes(true) ? [TCP_TABLES.ipv6] : []),
  ];
  const texts = await Promise.all(paths.map(readTcpTable));
  if (texts.includes(null)) return null;
  const queues = new Map<string, KernelQueue>();
  for (const text of texts) if (text !== null) parseTable(text, keys, queues);
  return queues;
}

/**
 * Names a connection as the kernel's table does: our port, the peer's address in hex, each 32-bit word little-endian,
 * and its port. A TLS socket has the addresses of the TCP socket below it.
 */
export function socketKey(socket: Partial<Pick<Socket, 'localPort' | 'remoteAddress' | 'remotePort'>>): string {
  const bytes = addressBytes(socket.remoteAddress ?? '');
  const words: string[] = [];
  for (let i = 0; i < bytes.length; i += 4) words.push(hex(bytes.slice(i, i + 4).reverse()));
  return `${portText(socket.localPort)} ${words.join('')}:${portText(socket.remotePort)}`;
}

/** Adds to `queues` what one table says about the connections in `keys`. */
export function parseTable(text: string, keys: ReadonlySet<string>, queues: Map<string, KernelQueue>): void {
  eachConnection(
    text,
    (key) => keys.has(key),
    (key, rest) => queues.set(key, queueOf(rest)),
  );
}

/** Reads the fields behind the addresses: state, tx_queue:rx_queue, timer, and so on. */
function queueOf(text: string): KernelQueue {
  const fields = connectionFields(text);
  const timeoutUs = Number(fields[TIMEOUT_FIELD]) * TICK_US;
  return {
    queuedBytes: parseInt(fields[1] ?? '0', 16),
    roundTripUs: timeoutUs > LEAST_TIMEOUT_US ? timeoutUs - LEAST_TIMEOUT_US : 0,
  };
}

function portText(port: number | undefined): string {
  return (port ?? 0).toString(16).toUpperCase().padStart(4, '0');
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
