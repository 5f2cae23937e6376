import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { BlockList, isIPv6 } from 'node:net';

/**
 * Whether `host`, a name or an address with or without brackets, is this machine: all its addresses are of its own
 * interfaces. A tunnel or a mapped port looks like this machine too. False for a name that cannot be looked up.
 */
export async function isThisMachine(host: string): Promise<boolean> {
  const addresses = await lookup(host.replace(/^\[(.*)\]$/, '$1'), { all: true }).catch(() => []);
  const own = ownAddresses();
  return addresses.length > 0 && addresses.every(({ address }) => own.check(address, family(address)));
}

function ownAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  for (const { address } of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
    list.addAddress(address, family(address));
  }
  return list;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
