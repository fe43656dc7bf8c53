import type {
  DeleteLabelCommand,
  Host,
  HostInventory,
  PutLabelCommand,
  StopHostCommand,
  StopHostInput,
} from '../types/host.js';
import { encodeComponentDescription, readComponentDescription } from './component.js';
import { type JsonObject, ObjectReader } from './json.js';
import { encodeUndeliveredLink, readUndeliveredLink } from './link.js';
import { encodeProviderDescription, readProviderDescription } from './provider.js';

/** {@link Host} → JSON. */
export function encodeHost(host: Host): JsonObject {
  return {
    id: host.id,
    labels: host.labels,
    friendly_name: host.friendlyName,
    uptime_seconds: host.uptimeSeconds,
    uptime_human: host.uptimeHuman,
    version: host.version,
    ctl_host: host.ctlHost,
    rpc_host: host.rpcHost,
    lattice: host.lattice,
    js_domain: host.jsDomain,
  };
}

/** JSON → {@link Host}. */
export function decodeHost(value: unknown): Host {
  const reader = new ObjectReader(value, 'host');
  const optional = {
    uptimeHuman: reader.optionalString('uptime_human'),
    version: reader.optionalString('version'),
    ctlHost: reader.optionalString('ctl_host'),
    rpcHost: reader.optionalString('rpc_host'),
    jsDomain: reader.optionalString('js_domain'),
  };
  return {
    id: reader.string('id'),
    friendlyName: reader.stringOr('friendly_name', ''),
    labels: reader.stringMapOr('labels', {}),
    lattice: reader.stringOr('lattice', ''),
    uptimeSeconds: reader.u64Or('uptime_seconds', 0),
    ...withoutUndefined(optional),
  };
}

/** {@link HostInventory} → JSON; also the data of `host_heartbeat`. */
export function encodeHostInventory(inventory: HostInventory): JsonObject {
  return {
    components: inventory.components.map(encodeComponentDescription),
    providers: inventory.providers.map(encodeProviderDescription),
    host_id: inventory.hostId,
    friendly_name: inventory.friendlyName,
    labels: inventory.labels,
    version: inventory.version,
    uptime_human: inventory.uptimeHuman,
    uptime_seconds: inventory.uptimeSeconds,
    undelivered_links: inventory.undeliveredLinks?.map(encodeUndeliveredLink),
  };
}

/** JSON → {@link HostInventory}; `actors` is the old name of `components`. */
export function decodeHostInventory(value: unknown): HostInventory {
  const reader = new ObjectReader(value, 'host inventory');
  return {
    components: reader.array(reader.has('components') ? 'components' : 'actors', (item, path) =>
      readComponentDescription(reader.item(item, path)),
    ),
    providers: reader.array('providers', (item, path) => readProviderDescription(reader.item(item, path))),
    hostId: reader.stringOr('host_id', ''),
    friendlyName: reader.stringOr('friendly_name', ''),
    labels: reader.stringMapOr('labels', {}),
    version: reader.stringOr('version', ''),
    uptimeHuman: reader.stringOr('uptime_human', ''),
    uptimeSeconds: reader.u64Or('uptime_seconds', 0),
    ...(reader.has('undelivered_links') && {
      undeliveredLinks: reader.array('undelivered_links', (item, path) =>
        readUndeliveredLink(reader.item(item, path)),
      ),
    }),
  };
}

/** {@link StopHostCommand} → JSON. */
export function encodeStopHostCommand(command: StopHostInput): JsonObject {
  return { host_id: command.hostId ?? '', timeout: command.timeoutMs };
}

/**
 * JSON → {@link StopHostCommand}. As all members may be missing, others are refused: somebody may have had an answer of a service sent
 * here, by the reply subject of a request.
 */
export function decodeStopHostCommand(value: unknown): StopHostCommand {
  const reader = new ObjectReader(value, 'host stop command');
  reader.refuseOthers('host_id', 'timeout');
  const timeoutMs = reader.optionalU64('timeout');
  return { hostId: reader.stringOr('host_id', ''), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/** {@link PutLabelCommand} → JSON. */
export function encodePutLabelCommand(command: PutLabelCommand): JsonObject {
  return { key: command.key, value: command.value };
}

/** JSON → {@link PutLabelCommand}. */
export function decodePutLabelCommand(value: unknown): PutLabelCommand {
  const reader = new ObjectReader(value, 'label');
  return { key: reader.string('key'), value: reader.string('value') };
}

/** {@link DeleteLabelCommand} → JSON. */
export function encodeDeleteLabelCommand(command: DeleteLabelCommand): JsonObject {
  return { key: command.key };
}

/** JSON → {@link DeleteLabelCommand}. */
export function decodeDeleteLabelCommand(value: unknown): DeleteLabelCommand {
  return { key: new ObjectReader(value, 'label').string('key') };
}

function withoutUndefined<T extends Record<string, unknown>>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}
