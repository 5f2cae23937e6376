import { readFile } from 'node:fs/promises';

/** The kernel's tables of TCP sockets, one for IPv4 and one for IPv6 (proc(5), /proc/net/tcp). */
export const TCP_TABLES = { ipv4: '/proc/net/tcp', ipv6: '/proc/net/tcp6' } as const;

/** The text of a table; null where there is none. Rejects when it cannot be read at present. */
export async function readTcpTable(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Goes through the connections of a table. The key of one is our port, the peer's address in hex, each 32-bit word
 * little-endian, and its port: `1F90 0100007F:C77C`.
 *
 * @param isWanted says by its key whether a connection is told, so that the others cost little
 * @param onConnection takes its key and the text behind that, for `connectionFields`
 */
export function eachConnection(
  table: string,
  isWanted: (key: string) => boolean,
  onConnection: (key: string, rest: string) => void,
): void {
  let lineEnd = table.indexOf('\n');
  while (lineEnd !== -1) {
    const start = lineEnd + 1;
    lineEnd = table.indexOf('\n', start);
    const addressStart = table.indexOf(': ', start) + 2;
    const portStart = table.indexOf(':', addressStart) + 1;
    // A port, a space, the other address, a colon, a port.
    const keyEnd = portStart + 4 + 1 + (portStart - 1 - addressStart) + 1 + 4;
    const key = table.slice(portStart, keyEnd);
    if (isWanted(key)) onConnection(key, table.slice(keyEnd, lineEnd === -1 ? undefined : lineEnd));
  }
}

/** The fields behind the addresses: state, tx_queue:rx_queue, timer, retransmissions, user, timeout, inode, and so on. */
export function connectionFields(rest: string): readonly string[] {
  return rest.trim().split(/ +/);
}
