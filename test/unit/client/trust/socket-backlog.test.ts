import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SocketBacklog } from '../../../../client/trust/socket-backlog.js';
import { readTcpTable, TCP_TABLES } from '../../../../shared/tcp-table.js';
import { until } from '../../../helpers/until.js';

const HEADING = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const PORT = 8000;

function row(localPort: number, remotePort: number, receivedBytes: number, inode: number): string {
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
  const addresses = `0100007F:${hex(localPort, 4)} 0100007F:${hex(remotePort, 4)}`;
  return `   0: ${addresses} 01 00000005:${hex(receivedBytes, 8)} 01:00000000 00000000     0        0 ${inode} 1 0 20 4 30 10 -1`;
}

function backlogOf(rows: readonly string[], own: readonly number[]) {
  const calls = { inodes: 0 };
  const backlog = new SocketBacklog({
    readTable: async (path) => (path === TCP_TABLES.ipv4 ? [HEADING, ...rows, ''].join('\n') : `${HEADING}\n`),
    ownInodes: async () => {
      calls.inodes += 1;
      return new Set(own.map(String));
    },
  });
  return { backlog, calls };
}

describe('SocketBacklog', () => {
  it('is the largest of our connections to those ports', async () => {
    const rows = [row(50_001, PORT, 700, 11), row(50_002, PORT, 30_000, 12), row(50_003, 9000, 99_999, 13)];
    const { backlog } = backlogOf([...rows, row(PORT, 50_001, 88_888, 14)], [11, 12, 13, 14]);
    expect(await backlog.largestBytes(new Set([PORT]))).toBe(30_000);
  });

  it("leaves out connections of other processes, which share the server's table", async () => {
    const { backlog } = backlogOf([row(50_001, PORT, 700, 11), row(50_002, PORT, 30_000, 12)], [11]);
    expect(await backlog.largestBytes(new Set([PORT]))).toBe(700);
  });

  it('leaves out connections that are slow on purpose', async () => {
    const { backlog } = backlogOf([row(50_001, PORT, 700, 11), row(50_002, PORT, 30_000, 12)], [11, 12]);
    expect(await backlog.largestBytes(new Set([PORT]), (port) => port === 50_002)).toBe(700);
  });

  it('looks at the open files only when somebody new is behind', async () => {
    const rows = [row(50_001, PORT, 0, 11)];
    const { backlog, calls } = backlogOf(rows, [11]);
    expect(await backlog.largestBytes(new Set([PORT]))).toBe(0);
    expect(calls.inodes).toBe(0);
    rows[0] = row(50_001, PORT, 9, 11);
    await backlog.largestBytes(new Set([PORT]));
    await backlog.largestBytes(new Set([PORT]));
    expect(calls.inodes).toBe(1);
  });

  it('is not known without the tables of Linux', async () => {
    const backlog = new SocketBacklog({ readTable: async () => null, ownInodes: async () => new Set() });
    expect(await backlog.largestBytes(new Set([PORT]))).toBeNull();
  });

  it('sees what a real connection of ours does not read', async (context) => {
    if ((await readTcpTable(TCP_TABLES.ipv4)) === null) context.skip();
    let peer: Socket | undefined;
    const server = createServer((socket) => (peer = socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = createConnection(port, '127.0.0.1');
    socket.pause();
    await once(socket, 'connect');
    await until(() => peer !== undefined);
    const backlog = new SocketBacklog();
    expect(await backlog.largestBytes(new Set([port]))).toBe(0);
    peer?.write(Buffer.alloc(5000));
    await until(async () => (await backlog.largestBytes(new Set([port]))) === 5000);
    expect(await backlog.largestBytes(new Set([port]), (own) => own === socket.localPort)).toBe(0);
    socket.destroy();
    peer?.destroy();
    server.close();
  });
});
