import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/control-interface/types';
import type { HostData, LinkIdentity } from './protocol/index.js';

/** A provider of this host, be it a process of its own or built in. Its methods may be called in any state. */
export interface RunningProvider {
  readonly id: string;
  /**
   * Hands the provider a link it is source or target of; a link it already has is replaced when its values changed.
   * Rejects with a {@link ProviderLinkError} if the link is known to have failed: a process never says.
   */
  putLink(link: InterfaceLinkDefinition): Promise<void>;
  /** Takes a link away; one the provider does not have is ignored. */
  deleteLink(link: LinkIdentity): Promise<void>;
  /** Gives the provider its whole merged config anew. */
  updateConfig(config: StringMap): Promise<void>;
  /** Stops the provider and resolves once nothing of it is left. Never rejects; later calls wait for the first. */
  stop(): Promise<void>;
}

/** What every kind of provider needs to begin. */
export interface ProviderStart {
  readonly id: string;
  /**
   * Builds HostData with the config, secrets and links of this moment and a new instance id. Called once for each
   * start of the process, so again after a crash; the xkeys stay the same over all calls.
   */
  loadHostData(): Promise<HostData>;
}

/** Starts providers of one kind; `request` says which one. */
export type ProviderFactory<Request extends ProviderStart = ProviderStart> = (
  request: Request,
) => Promise<RunningProvider>;
