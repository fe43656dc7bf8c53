import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import type { LinkIdentity } from '../../protocol/index.js';
import type { HttpLinkSettings } from './settings.js';

/** How the links of a server are brought to their components. Its methods are called one after the other. */
export interface LinkListeners {
  /** Rejects with a `ProviderLinkError`; the link keeps nothing of what it had then. */
  put(link: InterfaceLinkDefinition, settings: HttpLinkSettings): Promise<void>;
  /** What does not serve the link, while something does; `undefined` for an unknown one, too. */
  trouble(link: LinkIdentity): string | undefined;
  /** An unknown link is ignored. */
  delete(link: LinkIdentity): Promise<void>;
  close(): Promise<void>;
}
