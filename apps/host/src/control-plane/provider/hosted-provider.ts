import type { StartProviderCommand } from '@wasmlattice/control-interface';
import type { RunningProvider } from '@wasmlattice/provider-host';
import type { Logger } from '@wasmlattice/telemetry';
import { type ArtifactReference, normalizeProviderReference } from '../artifacts/artifact-reference.js';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { ConfigBundle, ConfigStore } from '../lattice-store/config-store.js';
import type { LatticeStore } from '../lattice-store/lattice-store.js';
import type { LinkService } from '../link-service.js';

/** Starts a provider from its artifact; the seam between the control plane and the kinds of providers. */
export interface ProviderLauncher {
  /** Whether this host has the builtin switched on. */
  offersBuiltin(name: string): boolean;
  launch(request: ProviderLaunch): Promise<RunningProvider>;
}

export interface ProviderLaunch {
  readonly providerId: string;
  readonly artifact: Extract<ArtifactReference, { kind: 'file' | 'builtin' }>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Merged configuration of this moment. */
  readonly config: () => Readonly<Record<string, string>>;
  /** Links of this moment that have the provider as source or target, with their configs resolved. */
  readonly links: () => Promise<ResolvedLink[]>;
}

type ResolvedLink = Awaited<ReturnType<LinkService['resolve']>>;

/** What providers of a host are run with. */
export interface HostedProviderParts {
  readonly artifacts: Pick<ArtifactStore, 'fetchProvider'>;
  readonly lattice: Pick<LatticeStore, 'update' | 'links'>;
  readonly configs: Pick<ConfigStore, 'bundle'>;
  readonly links: LinkService;
  readonly launcher: Pick<ProviderLauncher, 'launch'>;
  readonly logger: Logger;
}

/** One provider that runs here: what it was started as, and the configs that it is told of when they change. */
export class HostedProvider {
  /** The reference without its scheme, as inventories and events show it. */
  readonly imageRef: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly provider: RunningProvider;
  readonly #config: ConfigBundle;

  private constructor(
    imageRef: string,
    annotations: Readonly<Record<string, string>>,
    provider: RunningProvider,
    config: ConfigBundle,
  ) {
    this.imageRef = imageRef;
    this.annotations = annotations;
    this.provider = provider;
    this.#config = config;
  }

  /**
   * Resolves once the provider runs. It may start several times before; each start reads configs and links anew.
   *
   * @throws ArtifactError, ConfigStoreError when a named config is missing or unreadable, and what the launcher throws
   */
  static async start(command: StartProviderCommand, parts: HostedProviderParts): Promise<HostedProvider> {
    const { artifacts, configs, lattice, launcher, logger } = parts;
    const { providerId, providerRef, annotations } = command;
    const artifact = await artifacts.fetchProvider(providerRef);
    const imageRef = normalizeProviderReference(providerRef);
    let provider: RunningProvider | undefined;
    let changedSinceRead = false;
    const updateConfig = (values: ReadonlyMap<string, string>): void => {
      changedSinceRead = true;
      provider
        ?.updateConfig(Object.fromEntries(values))
        .catch((error: unknown) =>
          logger.warn('a config update was not delivered', { provider: providerId, error }),
        );
    };
    const config = await configs.bundle(command.config, updateConfig);
    try {
      await lattice.update(providerId, (spec) => spec ?? { url: imageRef, links: [] });
      provider = await launcher.launch({
        providerId,
        artifact,
        annotations,
        config() {
          changedSinceRead = false;
          return Object.fromEntries(config.current());
        },
        links: () => linksOf(providerId, parts),
      });
    } catch (error) {
      config.close();
      throw error;
    }
    if (changedSinceRead) updateConfig(config.current());
    return new HostedProvider(imageRef, annotations, provider, config);
  }

  async stop(): Promise<void> {
    this.#config.close();
    await this.provider.stop();
  }
}

/** The links that have the provider as source or target, without those whose configs can't be resolved. */
async function linksOf(
  providerId: string,
  { lattice, links, logger }: HostedProviderParts,
): Promise<ResolvedLink[]> {
  const own = lattice.links().filter((link) => link.sourceId === providerId || link.target === providerId);
  const resolved = await Promise.all(
    own.map((link) =>
      links.resolve(link).catch((error: unknown) => {
        logger.warn('a link is left out: its configuration can not be resolved', {
          provider: providerId,
          link,
          error,
        });
        return undefined;
      }),
    ),
  );
  return resolved.filter((link) => link !== undefined);
}
