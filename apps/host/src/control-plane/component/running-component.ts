import type {
  ComponentPlaces,
  ComponentStart,
  PlacedStart,
  ServedComponentHandle,
} from '@wasmlattice/component-host';
import type { ArtifactStore, ComponentArtifact } from '../artifacts/artifact-store.js';
import type { ConfigBundle, ConfigStore } from '../lattice-store/config-store.js';
import type { LatticeStore } from '../lattice-store/lattice-store.js';
import { linkRows } from '../link-table.js';
import type { HostLimits } from './component-limits.js';
import { type ComponentSettings, sameList } from './component-plan.js';
import { guestConfig, keepTerms, type Terms, termsOf } from './terms.js';

/** What components of a host are run with. */
export interface RunningComponentParts extends HostLimits {
  readonly lattice: Pick<LatticeStore, 'spec'>;
  readonly configs: Pick<ConfigStore, 'bundle' | 'resolve'>;
  readonly artifacts: Pick<ArtifactStore, 'fetchComponent'>;
  /** What serves components; the seam between the control plane and the threads and processes that serve. */
  readonly places: Pick<ComponentPlaces, 'serve'>;
  /** How long a stopped or replaced component may finish its invocations, in ms. */
  readonly graceMs: number;
}

/** What the threads serve, and the configs it follows. */
interface Generation {
  readonly served: ServedComponentHandle;
  readonly config: ConfigBundle;
  readonly terms: Terms;
}

/**
 * One component that runs here: its settings, and the generation that is served with them. Its methods that return a promise are
 * called one after the other.
 */
export class RunningComponent {
  readonly #componentId: string;
  readonly #parts: RunningComponentParts;
  #settings: ComponentSettings;
  #token: ComponentArtifact['token'];
  #generation: Generation;

  private constructor(
    componentId: string,
    parts: RunningComponentParts,
    settings: ComponentSettings,
    token: ComponentArtifact['token'],
    generation: Generation,
  ) {
    this.#componentId = componentId;
    this.#parts = parts;
    this.#settings = settings;
    this.#token = token;
    this.#generation = generation;
  }

  /**
   * Resolves once the threads serve the component. Links put meanwhile are missed: `readLinks` gets them.
   *
   * @throws ConfigStoreError when a named config is missing or unreadable; what the threads throw when they can't run it
   */
  static async start(
    componentId: string,
    settings: ComponentSettings,
    { bytes, token }: ComponentArtifact,
    parts: RunningComponentParts,
  ): Promise<RunningComponent> {
    let running: RunningComponent | undefined;
    const generation = await startGeneration(componentId, settings, bytes, parts, () =>
      running?.onConfig?.(),
    );
    running = new RunningComponent(componentId, parts, settings, token, generation);
    return running;
  }

  get settings(): ComponentSettings {
    return this.#settings;
  }

  /** The token that came with its code. */
  get token(): ComponentArtifact['token'] {
    return this.#token;
  }

  /** The terms it runs on. */
  get terms(): Terms {
    return this.#generation.terms;
  }

  /** Told when its configs changed, and with them perhaps its terms. */
  onConfig: (() => void) | undefined;

  /**
   * Those it is to run on with its settings and configs as they are.
   *
   * @throws IsolationTierError, ComponentLimitsError
   */
  wantedTerms(): Terms {
    return termsOf(this.#settings, this.#generation.config.current(), this.#parts);
  }

  /**
   * Those it would run on with other settings.
   *
   * @throws IsolationTierError, ComponentLimitsError, ConfigStoreError
   */
  async termsWith({
    annotations,
    limits = this.#settings.limits,
    configNames,
  }: Pick<ComponentSettings, 'annotations' | 'limits' | 'configNames'>): Promise<Terms> {
    const config = sameList(configNames, this.#settings.configNames)
      ? this.#generation.config.current()
      : new Map(Object.entries(await this.#parts.configs.resolve(configNames)));
    return termsOf(
      { annotations: keepTerms(annotations, this.#settings.annotations), limits },
      config,
      this.#parts,
    );
  }

  /** Goes on with the same generation: the number of its instances and its configs become those of `settings`. */
  async rescale(settings: ComponentSettings): Promise<void> {
    const { served, config: old, terms } = this.#generation;
    if (!sameList(settings.configNames, this.#settings.configNames)) {
      const config = await this.#parts.configs.bundle(settings.configNames, (values) => {
        served.setConfig(guestConfig(values));
        this.onConfig?.();
      });
      old.close();
      served.setConfig(guestConfig(config.current()));
      this.#generation = { served, config, terms };
    }
    served.scale(settings.maxInstances);
    this.#settings = settings;
  }

  /**
   * Starts a generation with `settings`, and with other code if it is given. It is ready before the old one stops, so that no call
   * meets a gap. If it can't start, the old one goes on.
   */
  async replace(settings: ComponentSettings, given?: ComponentArtifact): Promise<void> {
    const old = this.#generation;
    const bytes = given?.bytes ?? (await old.served.readBytes());
    this.#generation = await startGeneration(this.#componentId, settings, bytes, this.#parts, () =>
      this.onConfig?.(),
    );
    this.#settings = settings;
    if (given !== undefined) this.#token = given.token;
    this.readLinks();
    await stopGeneration(old, this.#parts.graceMs);
  }

  /** Takes over the links that the component has in the lattice now. */
  readLinks(): void {
    this.setLinks(linksOf(this.#componentId, this.#parts.lattice));
  }

  setLinks(links: ComponentStart['links']): void {
    this.#generation.served.setLinks(links);
  }

  /** Resolves once the threads have the links set so far. */
  settled(): Promise<void> {
    return this.#generation.served.settled();
  }

  /** Ends the generation that runs; its invocations have `graceMs` to finish. */
  stop(graceMs: number): Promise<void> {
    return stopGeneration(this.#generation, graceMs);
  }
}

async function startGeneration(
  componentId: string,
  { imageRef, maxInstances, annotations, limits, configNames }: ComponentSettings,
  bytes: ComponentArtifact['bytes'],
  parts: RunningComponentParts,
  onConfig: () => void,
): Promise<Generation> {
  let served: ServedComponentHandle | undefined;
  const config = await parts.configs.bundle(configNames, (values) => {
    served?.setConfig(guestConfig(values));
    onConfig();
  });
  try {
    const terms = termsOf({ annotations, limits }, config.current(), parts);
    const start: PlacedStart = {
      componentId,
      imageRef,
      bytes,
      maxInstances,
      links: linksOf(componentId, parts.lattice),
      config: guestConfig(config.current()),
      ...terms,
    };
    served = await parts.places.serve(
      start,
      async () => (await parts.artifacts.fetchComponent(imageRef)).bytes,
    );
    // What changed while the threads took it in.
    served.setConfig(guestConfig(config.current()));
    return { config, served, terms };
  } catch (error) {
    config.close();
    throw error;
  }
}

async function stopGeneration({ config, served }: Generation, graceMs: number): Promise<void> {
  config.close();
  await served.stop(graceMs);
}

function linksOf(componentId: string, lattice: Pick<LatticeStore, 'spec'>): ComponentStart['links'] {
  return linkRows(lattice.spec(componentId)?.links ?? []);
}
