import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseTable, readKernelQueues, socketKey } from '../../../../server/transports/kernel-queue.js';

// Lines as Linux 6 prints them: a listener, both ends of a connection with 2,872,000 bytes that were not read, another one.
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:9041 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 200351 1 00000000895b1be3 100 0 0 10 0                    
1096: 0100007F:9041 0100007F:C77C 01 002BD2C0:00000000 04:00000024 00000000     0        0 200353 2 0000000027983d6c 20 0 0 15 -1                    
1161: 0100007F:C77C 0100007F:9041 01 00000000:0001F400 00:00000000 00000000     0        0 200352 2 00000000f2504680 20 8 0 10 -1                    
1496: 0100007F:B1B9 0100007F:B6B8 01 00000000:00000000 00:00000000 00000000     0        0 199041 2 000000001e6783da 21 0 0 18 -1                    
12345: 0200A8C0:9041 0A00A8C0:0050 01 00000005:00000000 04:00000024 00000000     0        0 200353 2 0000000027983d6c 20 0 0 15 -1                    
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:8449 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 200439 1 000000007e6db4c1 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:8449 0000000000000000FFFF00000100007F:DF12 01 002BD2C0:00000000 04:00000023 00000000     0        0 200441 2 0000000010ee5312 20 0 0 15 -1
   1: 00000000000000000000000001000000:8449 00000000000000000000000001000000:BAA4 01 0000002A:00000000 04:00000024 00000000     0        0 200444 2 000000003c66f854 20 0 0 15 -1
`;

describe('parseTable', () => {
  it('finds the bytes that wait on the connections of a port, by the address of the peer', () => {
    const queues = new Map<string, number>();
    parseTable(TCP, 0x9041, queues);
    expect([...queues]).toEqual([
      ['00000000:0000', 0],
      ['0100007F:C77C', 2_872_000],
      ['0A00A8C0:0050', 5],
    ]);
  });

  it('reads IPv6, and IPv4 written as IPv6', () => {
    const queues = new Map<string, number>();
    parseTable(TCP6, 0x8449, queues);
    expect(queues.get(socketKey({ remoteAddress: '::1', remotePort: 0xbaa4 }))).toBe(42);
    expect(queues.get(socketKey({ remoteAddress: '::ffff:127.0.0.1', remotePort: 0xdf12 }))).toBe(2_872_000);
  });

  it('does not take a port for another whose digits it ends with', () => {
    const queues = new Map<string, number>();
    parseTable(TCP, 0x41, queues);
    expect(queues.size).toBe(0);
  });

  it.each(['', '\n', 'no table\nat all\n', TCP.slice(0, 700)])('takes what it can from %j', (text) => {
    expect(() => parseTable(text, 0x9041, new Map())).not.toThrow();
  });
});

describe('socketKey', () => {
  it.each([
    ['127.0.0.1', 51068, '0100007F:C77C'],
    ['192.168.0.10', 80, '0A00A8C0:0050'],
    ['255.254.253.1', 65_535, '01FDFEFF:FFFF'],
    ['::1', 1, '00000000000000000000000001000000:0001'],
    ['::', 0, '00000000000000000000000000000000:0000'],
    ['::ffff:127.0.0.1', 57106, '0000000000000000FFFF00000100007F:DF12'],
    ['fe80::1234:5678:9abc:def0%eth0', 2, '000080FE0000000078563412F0DEBC9A:0002'],
    ['2001:db8:1:2:3:4:5:6', 3, 'B80D01200200010004000300060005 00:0003'.replace(' ', '')],
    ['2001:db8::', 3, 'B80D0120000000000000000000000000:0003'],
  ])('of %s port %d is %s', (remoteAddress, remotePort, key) => {
    expect(socketKey({ remoteAddress, remotePort })).toBe(key);
  });

  it('is something for a socket whose peer has gone already', () => {
    expect(socketKey({ remoteAddress: undefined, remotePort: undefined })).toBe('00:0000');
  });
});

describe.runIf(existsSync('/proc/net/tcp'))('readKernelQueues', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::1', '::1'],
  ])('sees what a peer has not read, listening on %s and connected to %s', async (host, target) => {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const peer = createConnection(port, target);
    const [socket] = (await once(server, 'connection')) as [Socket];
    peer.pause();
    // More than any kernel takes for a peer that does not read.
    socket.write(Buffer.alloc(64 * 1024 * 1024));
    const queues = await readKernelQueues(port);
    expect(queues?.get(socketKey(socket))).toBeGreaterThan(0);
    peer.destroy();
    socket.destroy();
    server.close();
  });
});
