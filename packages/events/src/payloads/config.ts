import { ObjectReader } from '@wasmlattice/control-interface/codec';
import type { EventCodec } from './event-codec.js';

/** Which named config was stored or removed. */
export interface ConfigChanged {
  readonly configName: string;
}

/** An event for `publish`: a config was stored. */
export function configSet(data: ConfigChanged): {
  readonly name: 'config_set';
  readonly data: ConfigChanged;
} {
  return { name: 'config_set', data };
}

/** An event for `publish`: a config was removed, or was never there. */
export function configDeleted(data: ConfigChanged): {
  readonly name: 'config_deleted';
  readonly data: ConfigChanged;
} {
  return { name: 'config_deleted', data };
}

/** The same data for both. */
export const configChangedCodec: EventCodec<ConfigChanged> = {
  encode: (data) => ({ config_name: data.configName }),
  decode: (value) => ({ configName: new ObjectReader(value, 'config event').string('config_name') }),
};
