import { readdir, readlink } from 'node:fs/promises';
import { TCP_TABLES, connectionFields, eachConnection, readTcpTable } from '../../shared/tcp-table.js';

/** Places of the queues and of the inode among the fields behind the addresses. */
const QUEUES_FIELD = 1;
const INODE_FIELD = 6;

/** Where the tables and the open files come from; a test puts others in their place. */
export interface BacklogParts {
  /** The text of a table of the kernel; null where there is none. */
  readTable(path: string): Promise<string | null>;
  /** Inodes of the sockets that this process has open. */
  ownInodes(): Promise<ReadonlySet<string>>;
}

const LINUX: BacklogParts = { readTable: readTcpTable, ownInodes: openSockets };

/**
 * How many bytes the kernel has received for connections of this process that nobody has read yet. What waits there is
 * late because of us, and no measurement of a frame shows it.
 */
export class SocketBacklog {
  private inodes: ReadonlySet<string> = new Set();

  constructor(private readonly parts: BacklogParts = LINUX) {}

  /**
   * The largest backlog of one connection to any of `ports`; 0 while there is none, null where the kernel does not say.
   *
   * @param isLeftOut connections that are slow on purpose, by their own port
   */
  async largestBytes(
    ports: ReadonlySet<number>,
    isLeftOut: (localPort: number) => boolean = () => false,
  ): Promise<number | null> {
    const tables = await Promise.all(Object.values(TCP_TABLES).map((path) => this.parts.readTable(path)));
    if (tables.every((table) => table === null)) return null;
    const waiting = tables.flatMap((table) => (table === null ? [] : waitingBytes(table, ports, isLeftOut)));
    // Who may own them costs a look at every open file, so it is asked only where somebody new is behind.
    if (waiting.some(({ inode }) => !this.inodes.has(inode))) this.inodes = await this.parts.ownInodes();
    return waiting.reduce((most, { inode, bytes }) => (this.inodes.has(inode) ? Math.max(most, bytes) : most), 0);
  }
}

interface Waiting {
  readonly inode: string;
  readonly bytes: number;
}

function waitingBytes(table: string, ports: ReadonlySet<number>, isLeftOut: (localPort: number) => boolean): Waiting[] {
  const found: Waiting[] = [];
  const isWanted = (key: string) => ports.has(parseInt(key.slice(-4), 16)) && !isLeftOut(parseInt(key.slice(0, 4), 16));
  eachConnection(table, isWanted, (_key, rest) => {
    const fields = connectionFields(rest);
    const bytes = parseInt(fields[QUEUES_FIELD]?.split(':')[1] ?? '', 16);
    if (bytes > 0) found.push({ inode: fields[INODE_FIELD] ?? '', bytes });
  });
  return found;
}

/** The links of /proc/self/fd say `socket:[INODE]` (proc(5)). */
async function openSockets(): Promise<ReadonlySet<string>> {
  const files = await readdir('/proc/self/fd').catch(() => []);
  const links = await Promise.all(files.map((file) => readlink(`/proc/self/fd/${file}`).catch(() => '')));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}
