import type {
  ComponentPlaces,
  ComponentStart,
  PlacedStart,
  ServedComponentHandle,
  ServedFigures,
} from '@wasmlattice/component-host';
import type { ArtifactStore, ComponentArtifact } from '../artifacts/artifact-store.js';
import type { ConfigStore } from '../lattice-store/config-store.js';
import type { LatticeStore } from '../lattice-store/lattice-store.js';
import { linkRows } from '../link-table.js';
import { splitNames } from '../secrets/names.js';
import { revealToThreads } from '../secrets/reveal.js';
import { ownerOf } from '../secrets/secret-fetcher.js';
import type { SecretResolver } from '../secrets/secret-resolver.js';
import { followWorkload, type WorkloadValues } from '../secrets/workload-values.js';
import type { HostLimits } from './component-limits.js';
import { type ComponentSettings, sameList } from './component-plan.js';
import { guestConfig, keepTerms, type Terms, termsOf } from './terms.js';

/** What components of a host are run with. */
export interface RunningComponentParts extends HostLimits {
  readonly lattice: Pick<LatticeStore, 'spec'>;
  readonly configs: Pick<ConfigStore, 'bundle' | 'resolve'>;
  readonly secrets: Pick<SecretResolver, 'bundle'>;
  readonly artifacts: Pick<ArtifactStore, 'fetchComponent'>;
  /** What serves components; the seam between the control plane and the threads and processes that serve. */
  readonly places: Pick<ComponentPlaces, 'serve'>;
  /** How long a stopped or replaced component may finish its invocations, in ms. */
  readonly graceMs: number;
}

/** What the threads serve, and the configs and secrets it follows. */
interface Generation {
  readonly served: ServedComponentHandle;
  readonly values: WorkloadValues;
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
  #source: string;
  #generation: Generation;

  private constructor(
    componentId: string,
    parts: RunningComponentParts,
    settings: ComponentSettings,
    { token, source }: Omit<ComponentArtifact, 'bytes'>,
    generation: Generation,
  ) {
    this.#componentId = componentId;
    this.#parts = parts;
    this.#settings = settings;
    this.#token = token;
    this.#source = source;
    this.#generation = generation;
  }

  /**
   * Resolves once the threads serve the component. Links put meanwhile are missed: `readLinks` gets them.
   *
   * @throws ConfigStoreError when a named config is missing or unreadable, SecretsError; what the threads throw when they can't run it
   */
  static async start(
    componentId: string,
    settings: ComponentSettings,
    code: ComponentArtifact,
    parts: RunningComponentParts,
  ): Promise<RunningComponent> {
    let running: RunningComponent | undefined;
    const generation = await startGeneration(componentId, settings, code, parts, () => running?.onConfig?.());
    running = new RunningComponent(componentId, parts, settings, code, generation);
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
    return termsOf(this.#settings, this.#generation.values.config(), this.#parts);
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
      ? this.#generation.values.config()
      : new Map(Object.entries(await this.#parts.configs.resolve(splitNames(configNames).configs)));
    return termsOf(
      { annotations: keepTerms(annotations, this.#settings.annotations), limits },
      config,
      this.#parts,
    );
  }

  /** Goes on with the same generation: the number of its instances and its configs become those of `settings`. */
  async rescale(settings: ComponentSettings): Promise<void> {
    const { served, values: old, terms } = this.#generation;
    if (!sameList(settings.configNames, this.#settings.configNames)) {
      const owner = ownerOf(this.#token, settings.annotations);
      const values: WorkloadValues = await followWorkload(settings.configNames, owner, this.#parts, {
        config: (config) => {
          served.setConfig(guestConfig(config));
          this.onConfig?.();
        },
        secrets: () => served.setSecrets(revealToThreads(values.secrets())),
      });
      old.close();
      tellValues(served, values);
      this.#generation = { served, values, terms };
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
    const code = given ?? { bytes: await old.served.readBytes(), token: this.#token, source: this.#source };
    this.#generation = await startGeneration(this.#componentId, settings, code, this.#parts, () =>
      this.onConfig?.(),
    );
    this.#settings = settings;
    this.#token = code.token;
    this.#source = code.source;
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

  /** What the generation that runs has done and is at. */
  figures(): Promise<ServedFigures> {
    return this.#generation.served.figures();
  }

  /** Ends the generation that runs; its invocations have `graceMs` to finish. */
  stop(graceMs: number): Promise<void> {
    return stopGeneration(this.#generation, graceMs);
  }
}

async function startGeneration(
  componentId: string,
  { imageRef, maxInstances, annotations, limits, configNames }: ComponentSettings,
  { bytes, token, source }: ComponentArtifact,
  parts: RunningComponentParts,
  onConfig: () => void,
): Promise<Generation> {
  let served: ServedComponentHandle | undefined;
  const values: WorkloadValues = await followWorkload(configNames, ownerOf(token, annotations), parts, {
    config: (config) => {
      served?.setConfig(guestConfig(config));
      onConfig();
    },
    secrets: () => served?.setSecrets(revealToThreads(values.secrets())),
  });
  try {
    const terms = termsOf({ annotations, limits }, values.config(), parts);
    const start: PlacedStart = {
      componentId,
      imageRef,
      bytes,
      maxInstances,
      links: linksOf(componentId, parts.lattice),
      config: guestConfig(values.config()),
      secrets: revealToThreads(values.secrets()),
      ...terms,
    };
    served = await parts.places.serve(
      start,
      async () => (await parts.artifacts.fetchComponent(source)).bytes,
    );
    // What changed while the threads took it in.
    tellValues(served, values);
    return { values, served, terms };
  } catch (error) {
    values.close();
    throw error;
  }
}

function tellValues(served: ServedComponentHandle, values: WorkloadValues): void {
  served.setConfig(guestConfig(values.config()));
  served.setSecrets(revealToThreads(values.secrets()));
}

async function stopGeneration({ values, served }: Generation, graceMs: number): Promise<void> {
  values.close();
  await served.stop(graceMs);
}

function linksOf(componentId: string, lattice: Pick<LatticeStore, 'spec'>): ComponentStart['links'] {
  return linkRows(lattice.spec(componentId)?.links ?? []);
}
