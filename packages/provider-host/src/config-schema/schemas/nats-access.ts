import type { ConfigKey } from '../config-schema.js';
import { type Setting, text } from '../setting.js';

/** How a link says which NATS server it means, and who it is there (docs/spec/provider.md#10). */
export interface NatsAccessSettings {
  readonly client_jwt: string | undefined;
  readonly client_seed: string | undefined;
  /** Certificates as PEM; comes before `tls_ca_file`. */
  readonly tls_ca: string | undefined;
  readonly tls_ca_file: string | undefined;
}

const sides: ConfigKey['sides'] = ['provider', 'source', 'target'];

const credential = text({
  sides,
  secret: 'advised',
  defaultText: "the lattice's, on its own server only",
  description: 'better as secrets of the same names',
});
const authority = {
  sides,
  defaultText: "the system's authorities",
  description: 'PEM, or the path of a PEM file; both mean that TLS is required',
} as const;

/** The settings of the connection that providers on NATS open. */
export const natsAccessSettings: {
  readonly [Name in keyof NatsAccessSettings]: Setting<NatsAccessSettings[Name]>;
} = {
  client_jwt: credential,
  client_seed: credential,
  tls_ca: text({ ...authority, secret: 'advised' }),
  tls_ca_file: text(authority),
};

/** The server's URLs, by a key that each provider names as upstream's does. */
export const natsServer: Setting<string | undefined> = text({
  sides,
  secret: 'advised',
  defaultText: "the lattice's server",
  description: 'NATS URLs, separated by commas; better as a secret if they have user and password',
});
