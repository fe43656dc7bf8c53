import type { Step } from '@wasmlattice/applications';
import { type Asked, failureDigest, stepKey } from './asked.js';

/** A step of a plan. */
export interface PlannedStep {
  /** What it is about, see {@link stepKey}. */
  readonly key: string;
  readonly application: string;
  readonly step: Step;
  /** Of a link: what its configs say, see `linkValues`. */
  readonly values?: string;
}

/** What comes of a step that is wanted: it is part of the plan, or one for the same thing runs, or failed and waits. */
export type Wish =
  | { readonly state: 'planned' | 'running' }
  | { readonly state: 'failed'; readonly reason: string };

/** The steps of a plan as they are found, without those that were asked for already. */
export class Draft {
  readonly steps: PlannedStep[] = [];
  readonly #asked: ReadonlyMap<string, Asked>;
  readonly #keys = new Set<string>();

  constructor(asked: ReadonlyMap<string, Asked>) {
    this.#asked = asked;
  }

  want(application: string, step: Step, values?: string): Wish {
    const key = stepKey(step);
    const asked = this.#asked.get(key);
    if (asked?.state === 'running') return { state: 'running' };
    // Something else, as of a new version of the application, need not wait.
    if (asked?.state === 'failed' && !asked.isDue && asked.digest === failureDigest(step, values)) {
      return { state: 'failed', reason: asked.reason };
    }
    // What two applications want of one thing is for the first of them.
    if (!this.#keys.has(key)) {
      this.#keys.add(key);
      this.steps.push({ key, application, step, ...(values !== undefined && { values }) });
    }
    return { state: 'planned' };
  }

  isRunning(key: string): boolean {
    return this.#asked.get(key)?.state === 'running';
  }

  /** Whether what runs there is stopped to be started with other code. */
  isRestarting(key: string): boolean {
    const asked = this.#asked.get(key);
    return asked?.state === 'running' && asked.step.kind === 'restart-component';
  }

  /** Whether something failed there lately, even if it may be tried again by now: what runs elsewhere stays there meanwhile. */
  hasFailed(key: string): boolean {
    return this.#asked.get(key)?.state === 'failed';
  }
}
