import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/control-interface/types';
import type { LinkIdentity } from './protocol/index.js';

/** How links and config reach one process of a provider. */
export interface ProcessChannel {
  /** Rejects with a {@link ProviderLinkError} if the link is known to have failed. */
  putLink(link: InterfaceLinkDefinition): Promise<void>;
  deleteLink(link: LinkIdentity): Promise<void>;
  /** Rejects with a {@link ProviderConfigError} if the config is known to be of no use. */
  updateConfig(config: StringMap): Promise<void>;
  /**
   * Hands over the provider's own secrets, sealed for its xkey. Rejects with a {@link ProviderSecretsError} if they are known not to
   * have come to use.
   */
  updateSecrets(sealed: Uint8Array): Promise<void>;
  /** Gives up on what is not delivered yet: the process ends, or has ended. */
  stop(): void;
}

/** Where one process of a provider listens. */
export interface ProcessSubjects {
  /** Of this process alone. */
  readonly linkPut: string;
  /** Of every process of the provider, those of other hosts, too; the others likewise. */
  readonly linkDelete: string;
  readonly configUpdate: string;
  /** Of this process alone. */
  readonly secretsUpdate: string;
}
