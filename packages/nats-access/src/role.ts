/**
 * Who connects to the NATS server of a lattice.
 *
 * - `host`: a host's connection for control, events and lattice data
 * - `reconciling-host`: the same of a host with `--reconcile`, which also commands hosts and serves wadm's API
 * - `operator`: who commands hosts, by `wasmlattice`, `wash` or a program
 * - `scheduler`: wadm, which commands hosts for applications, with streams and buckets of its own
 * - `viewer`: who looks at what runs, and changes nothing
 * - `host-calls`: a host's connection for calls, of its own components and to providers
 * - `provider`: a provider process
 * - `component`: a component with a process of its own
 */
export type Role =
  | 'host'
  | 'reconciling-host'
  | 'operator'
  | 'scheduler'
  | 'viewer'
  | 'host-calls'
  | 'provider'
  | 'component';

/** The two halves of a lattice, each an account: who can call components can't name a subject of the control interface. */
export type AccountName = 'CONTROL' | 'CALLS';

export const roles: readonly Role[] = [
  'host',
  'reconciling-host',
  'operator',
  'scheduler',
  'viewer',
  'host-calls',
  'provider',
  'component',
];

/** The account of each role. */
export const accountOf: Readonly<Record<Role, AccountName>> = {
  host: 'CONTROL',
  'reconciling-host': 'CONTROL',
  operator: 'CONTROL',
  scheduler: 'CONTROL',
  viewer: 'CONTROL',
  'host-calls': 'CALLS',
  provider: 'CALLS',
  component: 'CALLS',
};

export function isRole(text: string): text is Role {
  return Object.hasOwn(accountOf, text);
}

/**
 * First tokens of the inboxes that only this role may read, `_INBOX_operator`, and of the one that has that id: `_INBOX_provider.kv`. Hosts,
 * the command line and providers on our SDK are told it by a flag or by their host.
 */
export function inboxPrefixOf(role: Role, id?: string): string {
  return id === undefined ? `_INBOX_${role}` : `_INBOX_${role}.${id}`;
}
