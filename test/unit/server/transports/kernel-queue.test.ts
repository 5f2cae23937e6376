import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { KernelQueue } from '../../../../server/transports/kernel-queue.js';
import { parseTable, readKernelQueues, socketKey } from '../../../../server/transports/kernel-queue.js';
import { Certificate, requireCertificates } from '../../../helpers/certificate.js';
import { until } from '../../../helpers/until.js';

// Lines as Linux 6 prints them: a listener, both ends of a connection with 2,872,000 bytes that were not read, another one.
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:9041 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 200351 1 00000000895b1be3 100 0 0 10 0                    
1096: 0100007F:9041 0100007F:C77C 01 002BD2C0:00000000 04:00000024 00000000     0        0 200353 2 0000000027983d6c 20 0 0 15 -1                    
1161: 0100007F:C77C 0100007F:9041 01 00000000:0001F400 00:00000000 00000000     0        0 200352 2 00000000f2504680 20 8 0 10 -1                    
1496: 0100007F:B1B9 0100007F:B6B8 01 00000000:00000000 00:00000000 00000000     0        0 199041 2 000000001e6783da 21 0 0 18 -1                    
12345: 0200A8C0:9041 0A00A8C0:0050 01 00000005:00000000 04:00000024 00000000     0        0 200353 2 0000000027983d6c 32 0 0 15 -1                    
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:8449 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 200439 1 000000007e6db4c1 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:8449 0000000000000000FFFF00000100007F:DF12 01 002BD2C0:00000000 04:00000023 00000000     0        0 200441 2 0000000010ee5312 20 0 0 15 -1
   1: 00000000000000000000000001000000:8449 00000000000000000000000001000000:BAA4 01 0000002A:00000000 04:00000024 00000000     0        0 200444 2 000000003c66f854 20 0 0 15 -1
`;

/** What `table` says about the connections in `keys`. */
function parsed(table: string, ...keys: string[]) {
  const queues = new Map<string, KernelQueue>();
  parseTable(table, new Set(keys), queues);
  return Object.fromEntries(queues);
}

describe('parseTable', () => {
  it('finds the bytes that wait on some connections, and how far away their peers are', () => {
    expect(parsed(TCP, '9041 0100007F:C77C', '9041 0A00A8C0:0050', 'B1B9 0100007F:B6B8', '9041 0100007F:0001')).toEqual(
      {
        '9041 0100007F:C77C': { queuedBytes: 2_872_000, roundTripUs: 0 },
        '9041 0A00A8C0:0050': { queuedBytes: 5, roundTripUs: 120_000 },
        'B1B9 0100007F:B6B8': { queuedBytes: 0, roundTripUs: 10_000 },
      },
    );
  });

  it('reads IPv6, and IPv4 written as IPv6', () => {
    const near = socketKey({ localPort: 0x8449, remoteAddress: '::1', remotePort: 0xbaa4 });
    const mapped = socketKey({ localPort: 0x8449, remoteAddress: '::ffff:127.0.0.1', remotePort: 0xdf12 });
    expect(parsed(TCP6, near, mapped)).toEqual({
      [near]: { queuedBytes: 42, roundTripUs: 0 },
      [mapped]: { queuedBytes: 2_872_000, roundTripUs: 0 },
    });
  });

  it('does not take the other end of a connection for it', () => {
    expect(parsed(TCP, 'C77C 0100007F:9041')).toEqual({ 'C77C 0100007F:9041': { queuedBytes: 0, roundTripUs: 0 } });
  });

  it.each(['', '\n', 'no table\nat all\n', TCP.slice(0, 700), TCP.slice(0, 250), 'a\n1: \n2: 0100007F:9041'])(
    'takes what it can from %j',
    (text) => {
      const key = '9041 0100007F:C77C';
      expect([undefined, 2_872_000]).toContain(parsed(text, key)[key]?.queuedBytes);
    },
  );
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
    expect(socketKey({ localPort: 0x9041, remoteAddress, remotePort })).toBe(`9041 ${key}`);
  });

  it('is something for a socket whose peer has gone already', () => {
    expect(socketKey({})).toBe('0000 00:0000');
  });
});

describe.runIf(existsSync('/proc/net/tcp'))('readKernelQueues', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::1', '::1'],
  ])('sees what a peer has not read, listening on %s and connected to %s', async (host, target) => {
    const server = createServer();
    const { socket, peer } = await connected(server, host, (port) => createConnection(port, target));
    await expectSeen(socket);
    peer.destroy();
    server.close();
  });

  it.skipIf(!requireCertificates())('sees what waits below a TLS socket', async () => {
    const certificate = await Certificate.start();
    const [cert, key] = [certificate.pem, readFileSync(certificate.keyPath)];
    await certificate.stop();
    const server = createTlsServer({ cert, key });
    const { socket, peer } = await connected(server, '::', (port) =>
      connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }),
    );
    await expectSeen(socket);
    peer.destroy();
    server.close();
  });
});

/** Both ends of a connection whose client reads nothing. */
async function connected(server: Server, host: string, connect: (port: number) => Socket) {
  server.listen(0, host);
  await once(server, 'listening');
  const peer = connect((server.address() as AddressInfo).port);
  peer.on('error', () => undefined);
  const [socket] = (await once(server, server instanceof TlsServer ? 'secureConnection' : 'connection')) as [Socket];
  peer.pause();
  return { socket, peer };
}

async function expectSeen(socket: Socket): Promise<void> {
  // More than any kernel takes for a peer that does not read.
  socket.write(Buffer.alloc(64 * 1024 * 1024));
  const key = socketKey(socket);
  let queuedBytes = 0;
  await until(async () => {
    queuedBytes = (await readKernelQueues(new Set([key])))?.get(key)?.queuedBytes ?? 0;
    return queuedBytes > 0;
  });
  expect((await readKernelQueues(new Set(['0000 00:0000'])))?.size).toBe(0);
  socket.destroy();
}
