import { configDataBucket, type Link, type StringMap } from '@wasmlattice/control-interface';
import { type BucketWatch, openBucket, watchBucket } from '@wasmlattice/lattice-connection';
import type { LatticeData } from '@wasmlattice/reconciler';
import type { Logger } from '@wasmlattice/telemetry';
import type { JetStreamClient } from 'nats';
import { parseNamedConfig } from '../lattice-store/config-store.js';

export interface FollowedLatticeDataOptions {
  readonly jetstream: JetStreamClient;
  readonly lattice: string;
  /** Every link of the lattice, as the host knows them. */
  readonly links: () => readonly Link[];
  readonly logger: Logger;
}

/** What a reconciler sees of links and configs. */
export interface FollowedLatticeData extends LatticeData {
  /** For who follows the links: they are different now. */
  linksChanged(): void;
  close(): void;
}

/**
 * Follows the values of all configs, which a host otherwise does for those of its workloads alone; links it follows anyway. Resolves once
 * every config has been seen.
 */
export async function followLatticeData(options: FollowedLatticeDataOptions): Promise<FollowedLatticeData> {
  const { jetstream, lattice, links, logger } = options;
  const configs = new Map<string, StringMap>();
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const watch: BucketWatch = await watchBucket(await openBucket(jetstream, configDataBucket(lattice)), {
    onChange({ key, value }) {
      if (value === undefined) configs.delete(key);
      else configs.set(key, parseNamedConfig(key, value));
      tell();
    },
    // The host's own watch of the same bucket ends, too, and with it the host.
    onEnd: () => {},
    logger,
  });
  return {
    links,
    config: (name) => configs.get(name),
    onChange(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    linksChanged: tell,
    close: () => watch.close(),
  };
}
