import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/control-interface/types';
import type { HostData, LinkIdentity } from './protocol/index.js';
import type { ProviderCrash } from './supervisor.js';

/** A provider of this host, be it a process of its own or built in. Its methods may be called in any state. */
export interface RunningProvider {
  readonly id: string;
  /**
   * Whether it says what becomes of a link and takes new values in place, as built-in providers and those on our SDK do. Of
   * others nothing is known but that they were told.
   */
  readonly answers: boolean;
  /** Whether it wrote that it could not take a link of its start; which one, it does not say: all are to be put again. */
  readonly hasFailedLinks?: boolean | undefined;
  /** Leads the process group of it; absent while none runs, and for what runs within the host. */
  readonly pid?: number | undefined;
  /** The latest crash; absent before the first, once it has run well since, and for built-in providers. */
  readonly lastCrash?: ProviderCrash | undefined;
  /**
   * Hands the provider a link it is source or target of; a link it already has is replaced when its values changed.
   * Rejects with a {@link ProviderLinkError} if the link is known to have failed.
   */
  putLink(link: InterfaceLinkDefinition): Promise<void>;
  /**
   * What does not serve a link that it took, while the rest of the provider does; `undefined` when all is well. Absent for those
   * that can't tell.
   */
  linkTrouble?(link: LinkIdentity): string | undefined;
  /** Takes a link away; one the provider does not have is ignored. Rejects as {@link putLink} does. */
  deleteLink(link: LinkIdentity): Promise<void>;
  /** Gives the provider its whole merged config anew. Rejects with a {@link ProviderConfigError} if it is known to be of no use. */
  updateConfig(config: StringMap): Promise<void>;
  /**
   * Gives the provider all its own secrets anew, sealed for its xkey. Rejects with a {@link ProviderSecretsError} if they are known not
   * to have come to use.
   */
  updateSecrets(sealed: Uint8Array): Promise<void>;
  /**
   * Stops the provider and resolves once nothing of it is left, with why it did not end in order, if it did not. Never rejects; later calls
   * wait for the first.
   */
  stop(options?: ProviderStop): Promise<ProviderEnd>;
  /** Starts its process anew, with config, secrets and links of that moment; absent where there is none. Resolves once the old one has ended. */
  restart?(): Promise<void>;
}

export interface ProviderStop {
  /** How long calls in progress may take to end, in ms, while another process takes those that come. A second stop without it waits no longer. */
  readonly drainMs?: number | undefined;
}

/** How a provider ended that was told to. */
export interface ProviderEnd {
  /** What it did instead of ending in order: `it did not answer its shutdown request within 300 ms, and was killed`. */
  readonly failure?: string | undefined;
}

/** What every kind of provider needs to begin. */
export interface ProviderStart {
  readonly id: string;
  /**
   * Builds HostData with the config, secrets and links of this moment and a new instance id. Called once for each
   * start of the process, so again after a crash; the xkeys stay the same over all calls. Built-in providers get their links by
   * {@link RunningProvider.putLink} alone.
   */
  loadHostData(): Promise<HostData>;
  /** Gives the start up: it rejects soon, and nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
}

/** Starts providers of one kind; `request` says which one. */
export type ProviderFactory<Request extends ProviderStart = ProviderStart> = (
  request: Request,
) => Promise<RunningProvider>;
