import {
  type CanaryCells,
  type CanaryFigures,
  type ComponentPlaces,
  type ComponentStart,
  createCanaryCells,
  type PlacedStart,
  readCanaryFigures,
  readCanaryShare,
  type ServedComponentHandle,
  type ServedFigures,
  setCanaryShare,
} from '@wasmlattice/component-host';
import { LimitExceededError } from '@wasmlattice/wasm-runtime';
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

/** A second version of a component, for a part of its calls. */
interface Canary {
  readonly imageRef: string;
  readonly cells: CanaryCells;
  readonly generation: Generation;
}

/** What a second version is, and what came of the calls since it began. */
export interface CanaryAtWork extends CanaryFigures {
  readonly imageRef: string;
  /** Of the calls, from 0 to 1. */
  readonly share: number;
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
  #canary: Canary | undefined;

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

  /** The second version that runs beside it. */
  get canary(): CanaryAtWork | undefined {
    if (this.#canary === undefined) return undefined;
    const { cells, imageRef } = this.#canary;
    return { imageRef, share: readCanaryShare(cells), ...readCanaryFigures(cells) };
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
      await this.endCanary();
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
    this.#canary?.generation.served.scale(settings.maxInstances);
    this.#settings = settings;
  }

  /**
   * Starts a generation with `settings`, and with other code if it is given. It is ready before the old one stops, so that no call
   * meets a gap. If it can't start, the old one goes on. A second version that ran beside it ends.
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
    await Promise.all([stopGeneration(old, this.#parts.graceMs), this.endCanary()]);
  }

  /**
   * Gives a part of the calls to a second version. One with another image ends first, one with the same goes on with the new share.
   *
   * @throws CanaryMismatchError, IsolatedCanaryError; what the threads throw when they can't run it
   */
  async beginCanary(imageRef: string, share: number, code: () => Promise<ComponentArtifact>): Promise<void> {
    if (this.#canary?.imageRef === imageRef) {
      setCanaryShare(this.#canary.cells, share);
      return;
    }
    const artifact = await code();
    await this.endCanary();
    const cells = createCanaryCells(share);
    const settings = { ...this.#settings, imageRef };
    // Other terms are for the version that runs: replacing that ends this one.
    const generation = await startGeneration(
      this.#componentId,
      settings,
      artifact,
      this.#parts,
      () => {},
      cells,
    );
    this.#canary = { imageRef, cells, generation };
    this.readLinks();
  }

  /** All calls are for the one version again; what the second has in flight may end. */
  async endCanary(graceMs: number = this.#parts.graceMs): Promise<void> {
    const canary = this.#canary;
    this.#canary = undefined;
    if (canary !== undefined) await stopGeneration(canary.generation, graceMs);
  }

  /** Takes over the links that the component has in the lattice now. */
  readLinks(): void {
    this.setLinks(linksOf(this.#componentId, this.#parts.lattice));
  }

  setLinks(links: ComponentStart['links']): void {
    this.#generation.served.setLinks(links);
    this.#canary?.generation.served.setLinks(links);
  }

  /** Resolves once the threads have the links set so far. */
  async settled(): Promise<void> {
    await Promise.all([this.#generation.served.settled(), this.#canary?.generation.served.settled()]);
  }

  /** What the generation that runs has done and is at. */
  figures(): Promise<ServedFigures> {
    return this.#generation.served.figures();
  }

  /** The bytes of the component that runs. */
  readBytes(): Promise<Uint8Array> {
    return this.#generation.served.readBytes();
  }

  /** Ends the generation that runs; its invocations have `graceMs` to finish. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([stopGeneration(this.#generation, graceMs), this.endCanary(graceMs)]);
  }
}

async function startGeneration(
  componentId: string,
  { imageRef, maxInstances, annotations, limits, configNames }: ComponentSettings,
  { bytes, token, source }: ComponentArtifact,
  parts: RunningComponentParts,
  onConfig: () => void,
  canary?: CanaryCells,
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
    refuseSize(componentId, bytes.length, terms);
    const start: PlacedStart = {
      componentId,
      imageRef,
      bytes,
      maxInstances,
      links: linksOf(componentId, parts.lattice),
      config: guestConfig(values.config()),
      secrets: revealToThreads(values.secrets()),
      canary,
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

/** The host's own limit was that of the artifact; here counts the component's. */
function refuseSize(component: string, size: number, { limits }: Terms): void {
  const limit = 'component-size';
  const allowed = limits[limit];
  if (size > allowed) throw new LimitExceededError({ component, limit, allowed, what: `has ${size} bytes` });
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
