import { builtinNames } from '@wasmlattice/provider-host/config-schema';
import { decodeHealthReply, providerHealthSubject } from '@wasmlattice/provider-host/protocol';
import type { NatsConnection } from 'nats';
import type { LatticeStore } from '../lattice-store/lattice-store.js';

export interface ProviderLookupOptions {
  /** The rpc connection. */
  readonly connection: Pick<NatsConnection, 'request'>;
  readonly lattice: string;
  readonly store: Pick<LatticeStore, 'spec'>;
  readonly isProviderHere: (id: string) => boolean;
  readonly isComponentHere: (id: string) => boolean;
}

/** Whether an id of the lattice is that of a provider that runs, on whichever host. */
export type ProviderLookup = (id: string) => Promise<boolean>;

/** Nobody who listens is told at once; this is for somebody who listens and is no provider. */
const answerMs = 200;

/** Whether the record of the id is that of a built-in provider. */
export function isBuiltinProvider(store: Pick<LatticeStore, 'spec'>, id: string): boolean {
  // The lattice data have it without its scheme.
  return builtinNames.includes(store.spec(id)?.url ?? '');
}

/**
 * Providers of other hosts are known by their health replies (docs/spec/provider.md#2), which components do not give; built-in ones
 * by the reference in their record, as they give none.
 */
export function createProviderLookup(options: ProviderLookupOptions): ProviderLookup {
  const { connection, lattice, store, isProviderHere, isComponentHere } = options;
  return async (id) => {
    if (isProviderHere(id)) return true;
    if (isComponentHere(id)) return false;
    if (isBuiltinProvider(store, id)) return true;
    try {
      const reply = await connection.request(providerHealthSubject(lattice, id), undefined, {
        timeout: answerMs,
      });
      decodeHealthReply(reply.string());
      return true;
    } catch {
      return false;
    }
  };
}
