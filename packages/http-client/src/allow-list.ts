import { BlockList, isIP, isIPv4 } from 'node:net';
import { type AddressClass, classifyAddress, isLoopback, plainAddress } from './address-class.js';

/** An entry of an allow-list that can't be read. */
export class AllowListError extends Error {
  override readonly name = 'AllowListError';

  constructor(entry: string) {
    super(
      `${JSON.stringify(entry)} says no place that requests may go to: expected \`*\`, a host name such as \`api.example.org\` or \`*.example.org\`, an address or network such as \`10.0.0.0/8\` or \`[::1]\`, each with or without \`:port\``,
    );
  }
}

/** Where a request goes: the host of its authority in lower case, without brackets and final dot, and the port. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

interface NameEntry {
  readonly kind: 'any' | 'exact' | 'below';
  readonly name: string;
  readonly port: number | undefined;
}

interface AddressEntry {
  readonly network: BlockList;
  readonly port: number | undefined;
}

/** Spelled `host` or `[v6]`, with an optional prefix length and port. */
const ENTRY = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s/:[\]]+)|([0-9A-Fa-f:.]+))(?:\/(\d{1,3}))?(?::(\d{1,5}))?$/;
const NAME = /^(?:[\w-]{1,63}\.)*[\w-]{1,63}$/;

/**
 * Where requests may go. A name needs an entry: `*`, itself, or `*.` and what it ends with. What a name leads to is checked again:
 *
 * - `*` leads to public addresses alone,
 * - a name that is listed by itself or by `*.` also to private ones,
 * - `localhost` also to the loopback,
 * - an address or network that is listed may be reached by every name with an entry, and without a name.
 */
export class AllowList {
  readonly #names: readonly NameEntry[];
  readonly #addresses: readonly AddressEntry[];

  private constructor(names: readonly NameEntry[], addresses: readonly AddressEntry[]) {
    this.#names = names;
    this.#addresses = addresses;
  }

  /** @throws AllowListError */
  static parse(entries: readonly string[]): AllowList {
    const names: NameEntry[] = [];
    const addresses: AddressEntry[] = [];
    for (const text of entries) {
      const entry = parseEntry(text);
      if ('network' in entry) addresses.push(entry);
      else names.push(entry);
    }
    return new AllowList(names, addresses);
  }

  /** Whether anything may be asked of the host at all; of what its name leads to {@link AllowList.allowsAddress} decides. */
  allowsHost({ host, port }: Destination): boolean {
    if (isIP(host) !== 0) return this.allowsAddress({ host, port }, host);
    return this.#names.some((entry) => matchesName(entry, host, port));
  }

  /** Whether a connection to `address` may be opened for a request to that host. */
  allowsAddress(destination: Destination, address: string, isOwn = false): boolean {
    const { host, port } = destination;
    const plain = plainAddress(address);
    const isName = isIP(host) === 0;
    const matching = this.#names.filter((entry) => isName && matchesName(entry, host, port));
    if (isName && matching.length === 0) return false;
    if (this.#addresses.some((entry) => matchesAddress(entry, plain, port))) return true;
    const addressClass: AddressClass = isOwn ? 'local' : classifyAddress(address);
    switch (addressClass) {
      case 'public':
        return isName || this.#names.some((entry) => entry.kind === 'any' && matchesPort(entry, port));
      case 'private':
        return matching.some((entry) => entry.kind !== 'any');
      case 'local':
        return (
          isLoopback(address) && matching.some((entry) => entry.kind === 'exact' && isLocalhost(entry.name))
        );
    }
  }
}

/** Whether the text is an entry of an allow-list. */
export function isAllowEntry(text: string): boolean {
  try {
    parseEntry(text);
    return true;
  } catch (error) {
    if (error instanceof AllowListError) return false;
    throw error;
  }
}

function parseEntry(text: string): NameEntry | AddressEntry {
  const entry = text.trim().toLowerCase();
  // Without brackets a colon is part of the address.
  const bare = entry.split('/')[0] ?? '';
  if (isIP(bare) === 6) return addressEntry(text, bare, entry.slice(bare.length + 1) || undefined, undefined);
  const [, bracketed, host, , prefix, portText] = ENTRY.exec(entry) ?? [];
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) throw new AllowListError(text);
  const address = bracketed ?? host;
  if (address === undefined) throw new AllowListError(text);
  if (isIP(address) !== 0) return addressEntry(text, address, prefix, port);
  if (prefix !== undefined || bracketed !== undefined) throw new AllowListError(text);
  if (address === '*') return { kind: 'any', name: '', port };
  const below = address.startsWith('*.');
  const name = (below ? address.slice(2) : address).replace(/\.$/, '');
  if (!NAME.test(name) || /^[\d.]+$/.test(name)) throw new AllowListError(text);
  return { kind: below ? 'below' : 'exact', name, port };
}

function addressEntry(
  text: string,
  address: string,
  prefixText: string | undefined,
  port: number | undefined,
): AddressEntry {
  const widest = isIPv4(address) ? 32 : 128;
  const prefix = prefixText === undefined ? widest : Number(prefixText);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > widest) throw new AllowListError(text);
  const network = new BlockList();
  network.addSubnet(address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6');
  return { network, port };
}

function matchesName(entry: NameEntry, host: string, port: number): boolean {
  if (!matchesPort(entry, port)) return false;
  switch (entry.kind) {
    case 'any':
      return true;
    case 'exact':
      return host === entry.name;
    case 'below':
      return host.endsWith(`.${entry.name}`);
  }
}

function matchesAddress(entry: AddressEntry, address: string, port: number): boolean {
  return matchesPort(entry, port) && entry.network.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

function matchesPort(entry: { readonly port: number | undefined }, port: number): boolean {
  return entry.port === undefined || entry.port === port;
}

function isLocalhost(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}
