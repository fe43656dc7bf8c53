import {
  formatUptime,
  type Host,
  type HostInventory,
  type UndeliveredLink,
} from '@wasmlattice/control-interface';
import type { Labels } from './labels.js';

/** What a host tells of itself, apart from what runs on it. */
export interface HostFacts {
  readonly hostId: string;
  readonly friendlyName: string;
  readonly version: string;
  readonly lattice: string;
  readonly labels: Labels;
  readonly startedAt: number;
  readonly ctlHost: string;
  readonly rpcHost: string;
  readonly jsDomain?: string | undefined;
}

/** The answer to a ping (docs/spec/control-interface.md#2.1). */
export function describeHost(facts: HostFacts, now: number): Host {
  return {
    id: facts.hostId,
    friendlyName: facts.friendlyName,
    labels: facts.labels.all(),
    lattice: facts.lattice,
    version: facts.version,
    ctlHost: facts.ctlHost,
    rpcHost: facts.rpcHost,
    jsDomain: facts.jsDomain,
    ...uptime(facts, now),
  };
}

/** The inventory, also the data of the heartbeat (docs/spec/control-interface.md#2.2). */
export function describeInventory(
  facts: HostFacts,
  {
    undeliveredLinks = [],
    ...workloads
  }: Pick<HostInventory, 'components' | 'providers' | 'undeliveredLinks'>,
  now: number,
): HostInventory {
  return {
    ...workloads,
    ...(undeliveredLinks.length > 0 && { undeliveredLinks: shorten(undeliveredLinks) }),
    hostId: facts.hostId,
    friendlyName: facts.friendlyName,
    labels: facts.labels.all(),
    version: facts.version,
    ...uptime(facts, now),
  };
}

function uptime(facts: HostFacts, now: number): { uptimeSeconds: number; uptimeHuman: string } {
  const uptimeSeconds = Math.max(0, Math.floor((now - facts.startedAt) / 1_000));
  return { uptimeSeconds, uptimeHuman: formatUptime(uptimeSeconds) };
}

/** A heartbeat must fit a NATS message, however many links a provider that is down has. */
const mostUndelivered = 200;
const longestReason = 500;

function shorten(links: readonly UndeliveredLink[]): UndeliveredLink[] {
  return links
    .slice(0, mostUndelivered)
    .map((link) => ({ ...link, reason: link.reason.slice(0, longestReason) }));
}
