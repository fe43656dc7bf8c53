import type { KeyvalueNatsSettings } from '@wasmlattice/provider-host/config-schema';
import { type NatsAccess, readNatsAccess } from '@wasmlattice/provider-sdk';

/** Where a link's keys and values are. */
export interface StoreSettings {
  readonly bucket: string;
  readonly access: NatsAccess;
  readonly jsDomain: string | undefined;
  /** Create the bucket when there is none. */
  readonly autoCreate: boolean;
}

/**
 * What the settings of a link mean (docs/spec/provider.md#10.4). Without `cluster_uri` the store is on the lattice's own server, where the
 * lattice's credentials are used unless `client_jwt` and `client_seed` are given; they are never sent to another server.
 *
 * @throws SettingsError
 */
export function storeSettings(settings: KeyvalueNatsSettings, lattice: NatsAccess): StoreSettings {
  return {
    bucket: settings.bucket,
    access: readNatsAccess(settings.cluster_uri, settings, lattice),
    jsDomain: settings.js_domain,
    autoCreate: settings.enable_bucket_auto_create,
  };
}
