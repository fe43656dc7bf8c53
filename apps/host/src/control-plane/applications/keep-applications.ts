import { createKvApplicationStore } from '@wasmlattice/applications';
import { type Reconciler, type ReconcilerOptions, startReconciler } from '@wasmlattice/reconciler';
import type { JetStreamClient } from 'nats';
import {
  type FollowedLatticeData,
  type FollowedLatticeDataOptions,
  followLatticeData,
} from './lattice-data.js';

export interface KeepApplicationsOptions
  extends FollowedLatticeDataOptions,
    Pick<ReconcilerOptions, 'connection' | 'hostId' | 'jsDomain' | 'controlPrefix' | 'inboxPrefix'> {
  readonly jetstream: JetStreamClient;
}

/** A host's part in keeping the applications of its lattice, see `docs/reconciler.md`. */
export interface KeptApplications {
  /** Takes part from now on. */
  start(): void;
  /** For who follows the links of the lattice: they are different now. */
  linksChanged(): void;
  /** Takes part no longer. May be called twice. */
  close(): Promise<void>;
}

/** Prepares a host to take part; it does once it is started. */
export async function keepApplications(options: KeepApplicationsOptions): Promise<KeptApplications> {
  const { jetstream, lattice, logger } = options;
  const data: FollowedLatticeData = await followLatticeData(options);
  let reconciler: Reconciler | undefined;
  return {
    start() {
      reconciler ??= startReconciler({
        ...options,
        data,
        store: createKvApplicationStore({ jetstream, lattice, logger }),
      });
    },
    linksChanged: () => data.linksChanged(),
    async close() {
      await reconciler?.close();
      data.close();
    },
  };
}
