import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '@wasmlattice/wit-types';
import { bareResources } from '../bare-resources.js';
import { guestWit, witOf } from '../build-guest.js';
import { bundleGuestWithMap } from '../bundle.js';
import type { EngineFeature } from '../componentize.js';
import { contentKey } from '../content-cache.js';
import { GuestBuildError } from '../errors.js';
import { insertSnapshot } from '../evaluation/insert-snapshot.js';
import { guestName } from '../guest-name.js';
import { requireServable } from '../require-servable.js';
import { type GuestBase, loadGuestBase, makeGuestBase, storeGuestBase } from './guest-base.js';
import { type GuestEngine, openGuestEngine } from './guest-engine.js';

export interface WorkshopOptions {
  /** The TypeScript file that holds the guest; the component takes its name. */
  readonly entry: string;
  /** Folder of the guest's own WIT. */
  readonly wit: string;
  /** Folder of WIT packages the world may use. */
  readonly witPackages: string;
  readonly without: readonly EngineFeature[];
  /** Where bases are kept, by the content of what they were made from. */
  readonly cacheDir: string;
  /** Versions of the tools. */
  readonly tools: string;
  /** Called before work that takes long. */
  readonly onSlowStep: (message: string) => void;
  /** Called with the WIT of the guest before the first build, and whenever it has changed. */
  readonly onWit: (wit: string) => Promise<void>;
}

export interface WorkshopBuild {
  readonly component: Uint8Array;
  /** Of the script that was evaluated: positions in it lead to the sources, see `GuestBundle.map`. */
  readonly map: string;
  /** Names what was made for the world: components with the same name import and export the same. */
  readonly world: string;
}

/** A build that came to nothing; `map` leads from positions in the message to the sources, where there is a script. */
export class WorkshopError extends GuestBuildError {
  readonly map: string | undefined;

  constructor(message: string, map: string | undefined, options?: ErrorOptions) {
    super(message, options);
    this.map = map;
  }
}

interface Ready {
  readonly key: string;
  readonly base: GuestBase;
  readonly engine: GuestEngine;
}

/**
 * Builds a guest again and again. What the world decides is made once and kept on disk; a change of the script alone takes what its evaluation
 * takes, in an engine that is compiled already.
 */
export class GuestWorkshop {
  readonly #options: WorkshopOptions;
  #wit: string | undefined;
  #world: World | undefined;
  #ready: Ready | undefined;

  constructor(options: WorkshopOptions) {
    this.#options = options;
  }

  /** @throws GuestBuildError for mistakes of the guest; WitError for those of its WIT */
  async build(): Promise<WorkshopBuild> {
    const { entry, onWit } = this.#options;
    const name = guestName(entry);
    const [bundle, wit] = await Promise.all([bundleGuestWithMap(entry), guestWit(this.#options)]);
    if (wit !== this.#wit) {
      this.#world = await requireServable(await witOf(this.#options), this.#options.wit);
      await onWit(wit);
      this.#wit = wit;
    }
    try {
      // Behind the script, whose lines stay where the map has them.
      const code = bundle.code + (this.#world === undefined ? '' : bareResources(this.#world, bundle.code));
      const { base, engine, key } = await this.#prepare(name, code, bundle.exports, wit);
      return {
        component: insertSnapshot(base.component, await engine.evaluate(name, code)),
        map: bundle.map,
        world: key,
      };
    } catch (error) {
      if (!(error instanceof GuestBuildError)) throw error;
      throw new WorkshopError(error.message, bundle.map, { cause: error });
    }
  }

  async #prepare(name: string, code: string, exports: readonly string[], wit: string): Promise<Ready> {
    const { cacheDir, onSlowStep, tools, without } = this.#options;
    // A guest that handles requests itself gets an engine without the `fetch` event, whatever its world.
    const handlesRequests = String(exports.includes('incomingHandler'));
    const key = contentKey([wit, [...without].sort().join(), handlesRequests, tools]);
    if (this.#ready?.key === key) return this.#ready;
    const folder = join(cacheDir, key);
    let base = await loadGuestBase(folder);
    if (base === undefined) {
      onSlowStep('making an engine for this world, a few seconds; later builds need none of it');
      base = await makeGuestBase({ name, code, wit, without });
      await mkdir(cacheDir, { recursive: true });
      await storeGuestBase(folder, base);
    }
    this.#ready = { key, base, engine: await openGuestEngine(base) };
    return this.#ready;
  }
}
