import { xkeyFromSeed } from '@wasmlattice/identity';
import { decodeSecrets, type SecretMap } from '@wasmlattice/provider-host/protocol';

/** Opens what the host sealed for this provider; no bytes are no secrets. */
export type OpenSecrets = (sealed: Uint8Array | undefined) => SecretMap;

/** Secrets came with a link, but the host gave no keys to open them with. */
export class LinkSecretsError extends Error {
  override readonly name = 'LinkSecretsError';
}

/** The xkeys of HostData. Hosts before 1.1 give none and send no secrets either. */
export interface LinkSecretKeys {
  /** Public xkey of the host: the sender. */
  readonly hostXkeyPublicKey: string;
  /** Seed of the provider's xkey: the recipient. */
  readonly providerXkeyPrivateKey: string;
}

/** What a provider does with its xkey. */
export interface LinkSecrets {
  readonly open: OpenSecrets;
  /** Public part of the provider's xkey: new links come to it. Absent when the host gave no keys. */
  readonly publicKey: string | undefined;
}

/** Throws an `InvalidKeyError` if the provider's seed is malformed. */
export function createLinkSecrets(keys: LinkSecretKeys): LinkSecrets {
  const { hostXkeyPublicKey, providerXkeyPrivateKey } = keys;
  const xkey = providerXkeyPrivateKey === '' ? undefined : xkeyFromSeed(providerXkeyPrivateKey);
  return {
    publicKey: xkey?.publicKey,
    open(sealed) {
      if (sealed === undefined) return {};
      if (xkey === undefined || hostXkeyPublicKey === '') {
        throw new LinkSecretsError(
          'the link has secrets, but the host gave this provider no xkeys to open them',
        );
      }
      return decodeSecrets(xkey.open(sealed, hostXkeyPublicKey), 'the secrets of the link');
    },
  };
}
