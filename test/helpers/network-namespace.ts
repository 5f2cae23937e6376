import { execa } from 'execa';

const LONGEST_NAME = 10;
let made = 0;

/**
 * A network of its own, joined to that of the test by one cable (`veth`): a machine apart, as far as sockets go. Its
 * processes are started through `command`.
 */
export class NetworkNamespace {
  private constructor(
    private readonly name: string,
    /** Of the test, as seen from inside. */
    readonly outerAddress: string,
  ) {}

  /** Null where this system does not let us: it takes root, and a kernel that has namespaces. */
  static async create(): Promise<NetworkNamespace | null> {
    made += 1;
    const name = `fs${process.pid}n${made}`.slice(-LONGEST_NAME);
    // A network of four addresses, out of those that are for tests of networks (RFC 2544).
    const addressOf = (host: number) => `198.18.${process.pid % 256}.${4 * (made % 64) + host}`;
    const [outer, inner] = [addressOf(1), addressOf(2)];
    const namespace = new NetworkNamespace(name, outer);
    try {
      await ip('netns', 'add', name);
      await ip('link', 'add', `${name}o`, 'type', 'veth', 'peer', 'name', `${name}i`, 'netns', name);
      await ip('address', 'add', `${outer}/30`, 'dev', `${name}o`);
      await ip('link', 'set', `${name}o`, 'up');
      await ip('-n', name, 'address', 'add', `${inner}/30`, 'dev', `${name}i`);
      await ip('-n', name, 'link', 'set', `${name}i`, 'up');
      return namespace;
    } catch {
      await namespace.remove();
      return null;
    }
  }

  /** What to put before a command so that it runs inside. */
  get prefix(): readonly string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  /** Takes it away with its cable; its processes must be gone. */
  async remove(): Promise<void> {
    await execa('ip', ['netns', 'del', this.name], { reject: false });
    await execa('ip', ['link', 'del', `${this.name}o`], { reject: false });
  }
}

async function ip(...args: readonly string[]): Promise<void> {
  await execa('ip', args);
}
