import { isIP } from 'node:net';

/** An IP address and port to listen on. */
export interface SocketAddress {
  /** Without brackets for IPv6. */
  readonly host: string;
  readonly port: number;
}

const maxPort = 65_535;
const pattern = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/** Reads `127.0.0.1:8000` or `[::1]:8000`; `undefined` for anything else, host names included. */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  const match = pattern.exec(text.trim());
  if (match === null) return undefined;
  const [, v6, v4, portText] = match;
  const host = v6 ?? v4 ?? '';
  const port = Number(portText);
  if (isIP(host) !== (v6 === undefined ? 4 : 6) || port > maxPort) return undefined;
  return { host, port };
}

/** Inverse of {@link parseSocketAddress}. */
export function formatSocketAddress({ host, port }: SocketAddress): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether one socket on `a` would receive what is meant for `b`. Port 0 is a new port each time. */
export function addressesOverlap(a: SocketAddress, b: SocketAddress): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  return a.host === b.host || isWildcard(a.host) || isWildcard(b.host);
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
