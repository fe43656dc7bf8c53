import { checkConfigName, checkControlPrefix, checkLatticeName, checkToken } from './names.js';

/** The control subjects' prefix unless configured otherwise (`--ctl-topic-prefix`). */
export const defaultControlPrefix = 'wasmbus.ctl';

const controlVersion = 'v1';

/** Which lattice's control subjects are meant. */
export interface ControlScope {
  /** One or more tokens; usually {@link defaultControlPrefix}. */
  readonly prefix: string;
  readonly lattice: string;
}

/** `{prefix}.v1.{lattice}`: what every control subject of a lattice starts with. */
export function controlRoot(scope: ControlScope): string {
  return `${checkControlPrefix(scope.prefix)}.${controlVersion}.${checkLatticeName(scope.lattice)}`;
}

/** `….host.ping`: every host answers. */
export function hostPingSubject(scope: ControlScope): string {
  return `${controlRoot(scope)}.host.ping`;
}

/** `….host.get.{host}`: inventory. */
export function hostGetSubject(scope: ControlScope, hostId: string): string {
  return `${controlRoot(scope)}.host.get.${checkToken('host id', hostId)}`;
}

/** `….host.stop.{host}` */
export function hostStopSubject(scope: ControlScope, hostId: string): string {
  return `${controlRoot(scope)}.host.stop.${checkToken('host id', hostId)}`;
}

/** `….label.put.{host}` */
export function labelPutSubject(scope: ControlScope, hostId: string): string {
  return `${controlRoot(scope)}.label.put.${checkToken('host id', hostId)}`;
}

/** `….label.del.{host}` */
export function labelDeleteSubject(scope: ControlScope, hostId: string): string {
  return `${controlRoot(scope)}.label.del.${checkToken('host id', hostId)}`;
}

/** `….component.auction`: every willing host answers. */
export function componentAuctionSubject(scope: ControlScope): string {
  return `${controlRoot(scope)}.component.auction`;
}

/** `….component.scale.{host}` */
export function componentScaleSubject(scope: ControlScope, hostId: string): string {
  return `${controlRoot(scope)}.component.scale.${checkToken('host id', hostId)}`;
}

/** `….component.update.{host}` */
export function componentUpdateSubject(scope: ControlScope, hostId: string): string {
  return `${controlRoot(scope)}.component.update.${checkToken('host id', hostId)}`;
}

/** `….component.canary.{host}`, of ours. */
export function componentCanarySubject(scope: ControlScope, hostId: string): string {
  return `${controlRoot(scope)}.component.canary.${checkToken('host id', hostId)}`;
}

/** `….provider.auction`: every willing host answers. */
export function providerAuctionSubject(scope: ControlScope): string {
  return `${controlRoot(scope)}.provider.auction`;
}

/** `….provider.start.{host}` */
export function providerStartSubject(scope: ControlScope, hostId: string): string {
  return `${controlRoot(scope)}.provider.start.${checkToken('host id', hostId)}`;
}

/** `….provider.stop.{host}` */
export function providerStopSubject(scope: ControlScope, hostId: string): string {
  return `${controlRoot(scope)}.provider.stop.${checkToken('host id', hostId)}`;
}

/** `….link.get` */
export function linkGetSubject(scope: ControlScope): string {
  return `${controlRoot(scope)}.link.get`;
}

/** `….link.put` */
export function linkPutSubject(scope: ControlScope): string {
  return `${controlRoot(scope)}.link.put`;
}

/** `….link.del` */
export function linkDeleteSubject(scope: ControlScope): string {
  return `${controlRoot(scope)}.link.del`;
}

/** `….config.get.{name}` */
export function configGetSubject(scope: ControlScope, name: string): string {
  return `${controlRoot(scope)}.config.get.${checkConfigName(name)}`;
}

/** `….config.put.{name}` */
export function configPutSubject(scope: ControlScope, name: string): string {
  return `${controlRoot(scope)}.config.put.${checkConfigName(name)}`;
}

/** `….config.del.{name}` */
export function configDeleteSubject(scope: ControlScope, name: string): string {
  return `${controlRoot(scope)}.config.del.${checkConfigName(name)}`;
}

/** `….claims.get` */
export function claimsGetSubject(scope: ControlScope): string {
  return `${controlRoot(scope)}.claims.get`;
}

/** `….registry.put`: every host takes it. */
export function registryPutSubject(scope: ControlScope): string {
  return `${controlRoot(scope)}.registry.put`;
}

/** Operations without anything in the subject after the verb. */
export type LatticeOperationKind =
  | 'host.ping'
  | 'component.auction'
  | 'provider.auction'
  | 'link.get'
  | 'link.put'
  | 'link.del'
  | 'claims.get'
  | 'registry.put';

/** Operations addressed to one host. */
export type HostOperationKind =
  | 'host.get'
  | 'host.stop'
  | 'label.put'
  | 'label.del'
  | 'component.scale'
  | 'component.update'
  | 'component.canary'
  | 'provider.start'
  | 'provider.stop';

/** Operations on one named config. */
export type ConfigOperationKind = 'config.get' | 'config.put' | 'config.del';

/** What a control subject asks for. */
export type ControlOperation =
  | { readonly kind: LatticeOperationKind }
  | { readonly kind: HostOperationKind; readonly hostId: string }
  | { readonly kind: ConfigOperationKind; readonly name: string };

const latticeOperations: ReadonlySet<string> = new Set<LatticeOperationKind>([
  'host.ping',
  'component.auction',
  'provider.auction',
  'link.get',
  'link.put',
  'link.del',
  'claims.get',
  'registry.put',
]);

const hostOperations: ReadonlySet<string> = new Set<HostOperationKind>([
  'host.get',
  'host.stop',
  'label.put',
  'label.del',
  'component.scale',
  'component.update',
  'component.canary',
  'provider.start',
  'provider.stop',
]);

const configOperations: ReadonlySet<string> = new Set<ConfigOperationKind>([
  'config.get',
  'config.put',
  'config.del',
]);

function isLatticeOperation(kind: string): kind is LatticeOperationKind {
  return latticeOperations.has(kind);
}

function isHostOperation(kind: string): kind is HostOperationKind {
  return hostOperations.has(kind);
}

function isConfigOperation(kind: string): kind is ConfigOperationKind {
  return configOperations.has(kind);
}

/**
 * The inverse of the subject functions above. The tokens after the root must match one operation exactly:
 * `undefined` means "unsupported subject", also for extra tokens (docs/spec/control-interface.md#1.2).
 */
export function parseControlSubject(scope: ControlScope, subject: string): ControlOperation | undefined {
  const root = `${controlRoot(scope)}.`;
  if (!subject.startsWith(root)) return undefined;
  const [noun, verb, argument, ...rest] = subject.slice(root.length).split('.');
  if (noun === undefined || verb === undefined || rest.length > 0) return undefined;
  const kind = `${noun}.${verb}`;
  if (argument === undefined) return isLatticeOperation(kind) ? { kind } : undefined;
  if (isHostOperation(kind)) return { kind, hostId: argument };
  if (isConfigOperation(kind)) return { kind, name: argument };
  return undefined;
}

/** One subscription of a host; with `queue`, one host of the lattice gets each message. */
export interface ControlSubscription {
  readonly subject: string;
  readonly queue?: string | undefined;
}

/** Which auctions a host takes part in. */
export interface AuctionChoice {
  readonly component: boolean;
  readonly provider: boolean;
}

/**
 * What every host subscribes to (docs/spec/control-interface.md#1.1). The queue group names are part of the
 * protocol: hosts that use other names carry an operation out a second time.
 */
export function controlSubscriptions(
  scope: ControlScope,
  hostId: string,
  auctions: AuctionChoice,
): readonly ControlSubscription[] {
  const root = controlRoot(scope);
  const host = checkToken('host id', hostId);
  return [
    { subject: registryPutSubject(scope) },
    { subject: hostPingSubject(scope) },
    ...(auctions.component ? [{ subject: componentAuctionSubject(scope) }] : []),
    ...(auctions.provider ? [{ subject: providerAuctionSubject(scope) }] : []),
    { subject: `${root}.component.*.${host}` },
    { subject: `${root}.provider.*.${host}` },
    { subject: `${root}.label.*.${host}` },
    { subject: `${root}.host.*.${host}` },
    { subject: `${root}.link.*`, queue: `${root}.link` },
    { subject: claimsGetSubject(scope), queue: `${root}.claims` },
    { subject: `${root}.config.>`, queue: `${root}.config` },
  ];
}
