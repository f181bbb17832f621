import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks that a server of the fleet may reach and a person who names an address must not: this machine, its neighbours, and what routes nowhere. */
const INNER: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2001::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];
const INNER_NETWORKS = blockListOf(INNER);

/**
 * Which addresses webhooks may be sent to: none that is private, local or reserved, unless it is allowed. Asked of the address
 * that a name resolves to, when the connection is made: a name that changes its mind in between gains nothing.
 */
export class TargetGuard {
  private readonly allowed: BlockList;

  /** @param allowed addresses or networks, e.g. `10.1.0.0/16` or `::1`, that would otherwise be refused */
  constructor(allowed: readonly string[]) {
    this.allowed = blockListOf(allowed.map(networkOf));
  }

  mayReach(address: string): boolean {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    return this.allowed.check(address, family) || !INNER_NETWORKS.check(address, family);
  }

  /** @throws Error when the host of a URL is an address that is refused; names are looked at when they are resolved */
  requireHost(hostname: string): void {
    const address = hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && !this.mayReach(address)) throw refusal(address);
  }

  /** For `http.request`: resolves a name, and refuses it when one of its addresses is refused. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const refused = addresses?.find(({ address }) => !this.mayReach(address));
      const [first] = addresses ?? [];
      if (error ?? refused) callback(error ?? refusal(refused?.address ?? hostname), '');
      else if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

/** Whether a setting names an address or a network. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && most >= 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

function networkOf(text: string): [string, number, 'ipv4' | 'ipv6'] {
  const [address = '', bits] = text.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return [address, bits === undefined ? { ipv4: 32, ipv6: 128 }[family] : Number(bits), family];
}

function blockListOf(networks: readonly [string, number, 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList();
  for (const network of networks) list.addSubnet(...network);
  return list;
}

const refusal = (address: string): Error =>
  new Error(
    `cannot send to ${address}: it is private, local or reserved, and COREFLEET_WEBHOOKS_ALLOW does not name it`,
  );
