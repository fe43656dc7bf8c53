import { checkComponentId, checkLatticeName, checkToken } from './names.js';

function root(lattice: string): string {
  return `wasmbus.rpc.${checkLatticeName(lattice)}`;
}

/**
 * `wasmbus.rpc.{lattice}.{key}.linkdefs.put`: a new link for a provider (lattice-data.md §5.2, §5.3).
 *
 * `key` is the public xkey the host made for one provider process or, for the legacy message, a component or
 * provider id.
 */
export function providerLinkPutSubject(lattice: string, key: string): string {
  return `${root(lattice)}.${checkToken('provider xkey', key)}.linkdefs.put`;
}

/** `wasmbus.rpc.{lattice}.{id}.linkdefs.del`: a removed link, for both its ends (lattice-data.md §5.4). */
export function providerLinkDeleteSubject(lattice: string, id: string): string {
  return `${root(lattice)}.${checkComponentId(id)}.linkdefs.del`;
}

/** `wasmbus.rpc.{lattice}.{id}.health`: health request (control-interface.md §5.2). */
export function providerHealthSubject(lattice: string, id: string): string {
  return `${root(lattice)}.${checkComponentId(id)}.health`;
}

/** `wasmbus.rpc.{lattice}.{id}.default.shutdown`: asks a provider to end itself (control-interface.md §5.3). */
export function providerShutdownSubject(lattice: string, id: string): string {
  return `${root(lattice)}.${checkComponentId(id)}.default.shutdown`;
}

/** `wasmbus.rpc.{lattice}.{id}.config.update`: the merged config after a change (lattice-data.md §7.2). */
export function providerConfigUpdateSubject(lattice: string, id: string): string {
  return `${root(lattice)}.${checkComponentId(id)}.config.update`;
}

/** What a message on an rpc subject of a provider means; `id` is the xkey or the provider id. */
export interface ProviderMessage {
  readonly kind: 'linkdefs.put' | 'linkdefs.del' | 'health' | 'default.shutdown' | 'config.update';
  readonly id: string;
}

/** The inverse of the functions above; `undefined` for any other subject. */
export function parseProviderSubject(lattice: string, subject: string): ProviderMessage | undefined {
  const prefix = `${root(lattice)}.`;
  if (!subject.startsWith(prefix)) return undefined;
  const tail = subject.slice(prefix.length);
  const dot = tail.indexOf('.');
  if (dot < 1) return undefined;
  const id = tail.slice(0, dot);
  const kind = tail.slice(dot + 1);
  switch (kind) {
    case 'linkdefs.put':
    case 'linkdefs.del':
    case 'health':
    case 'default.shutdown':
    case 'config.update':
      return { kind, id };
    default:
      return undefined;
  }
}
