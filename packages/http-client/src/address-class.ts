import { BlockList, isIPv4, isIPv6 } from 'node:net';

/**
 * What stands behind an IP address.
 *
 * | class | what |
 * |---|---|
 * | `public` | hosts of the Internet |
 * | `private` | networks of one's own: RFC 1918, carrier-grade NAT, unique local addresses |
 * | `local` | this machine and what answers only because it is here: loopback, link-local, metadata services of clouds, addresses that are no host |
 */
export type AddressClass = 'public' | 'private' | 'local';

type Subnet = readonly [network: string, prefix: number];

const local4: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  // Metadata and agents of Alibaba, Oracle and Azure, outside of link-local.
  ['100.100.100.200', 32],
  ['192.0.0.0', 24],
  ['168.63.129.16', 32],
  ['192.0.2.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const private4: readonly Subnet[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['198.18.0.0', 15],
];

const local6: readonly Subnet[] = [
  ['::', 128],
  ['::1', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
];

const private6: readonly Subnet[] = [
  ['fc00::', 7],
  ['64:ff9b:1::', 48],
];

const isLocal4 = matcher(local4, 'ipv4');
const isPrivate4 = matcher(private4, 'ipv4');
const isLocal6 = matcher(local6, 'ipv6');
const isPrivate6 = matcher(private6, 'ipv6');

/**
 * An address of IPv6 that stands for one of IPv4 (mapped, compatible, NAT64, 6to4) is what that one is. What is no address is `local`:
 * it leads nowhere that anybody has named.
 */
export function classifyAddress(address: string): AddressClass {
  const plain = withoutZone(address);
  if (isIPv4(plain)) return classify(plain, isLocal4, isPrivate4);
  if (!isIPv6(plain)) return 'local';
  const embedded = embeddedIPv4(plain);
  return embedded === undefined
    ? classify(plain, isLocal6, isPrivate6)
    : classify(embedded, isLocal4, isPrivate4);
}

/** The address that is connected to in the end, in its one spelling: a mapped one of IPv4 as that, no zone. */
export function plainAddress(address: string): string {
  const plain = withoutZone(address);
  if (!isIPv6(plain)) return plain;
  return mappedIPv4(plain) ?? new URL(`http://[${plain}]`).hostname.slice(1, -1);
}

export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return isIPv4(plain)
    ? plain.startsWith('127.')
    : isIPv6(plain) && groupsOf(plain).join(':') === '0:0:0:0:0:0:0:1';
}

function classify(
  address: string,
  isLocal: (address: string) => boolean,
  isPrivate: (address: string) => boolean,
): AddressClass {
  if (isLocal(address)) return 'local';
  return isPrivate(address) ? 'private' : 'public';
}

function matcher(subnets: readonly Subnet[], family: 'ipv4' | 'ipv6'): (address: string) => boolean {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return (address) => list.check(address, family);
}

function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone === -1 ? address : address.slice(0, zone);
}

function mappedIPv4(address: string): string | undefined {
  const groups = groupsOf(address);
  return groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
    ? ipv4From(groups[6], groups[7])
    : undefined;
}

function embeddedIPv4(address: string): string | undefined {
  const groups = groupsOf(address);
  const [first, second] = groups;
  // 6to4.
  if (first === 0x2002) return ipv4From(groups[1], groups[2]);
  const zeroes = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0);
  // NAT64.
  if (first === 0x64 && second === 0xff9b && zeroes(2, 6)) return ipv4From(groups[6], groups[7]);
  if (!zeroes(0, 4)) return undefined;
  // Mapped, translated, compatible; the last includes `::` and `::1`, which are in the table of IPv6.
  if (zeroes(4, 5) && groups[5] === 0xffff) return ipv4From(groups[6], groups[7]);
  if (groups[4] === 0xffff && zeroes(5, 6)) return ipv4From(groups[6], groups[7]);
  if (zeroes(4, 6) && groups[6] !== 0) return ipv4From(groups[6], groups[7]);
  return undefined;
}

function ipv4From(high = 0, low = 0): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups of an address that `isIPv6` accepts, without a zone. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const front = groupsIn(head);
  if (tail === undefined) return front;
  const back = groupsIn(tail);
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
}

function groupsIn(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
