import type { Logger } from '@wasmlattice/telemetry';
import { InstantiationError } from '../../errors.js';
import { GuestLimits } from '../../limits/guest-limits.js';
import type { MemoryBudget, StackBudget } from '../../pool/thread-budgets.js';
import type { CompiledComponent, ComponentInstance, HostImports, InstantiateOptions } from '../engine.js';
import type { Preemption } from '../preemption.js';
import type { AbiInstance } from './abi/index.js';
import { DirectInstance } from './direct-instance.js';
import { IdleInstances, type IdleLimits } from './idle-instances.js';
import { InstanceState } from './instance-state.js';
import { LinkedInstance } from './linked-instance.js';
import type { MemoryImage, MemoryImages } from './memory/index.js';
import type { Program } from './program.js';
import { ReusableInstance } from './reusable-instance.js';

/** What the components of a thread have in common. */
export interface ThreadParts {
  readonly logger: Logger;
  readonly memories: () => MemoryImages;
  readonly idle: IdleLimits | undefined;
  readonly budgets: MemoryBudget | undefined;
  readonly stacks: StackBudget | undefined;
  readonly preemption: Preemption;
}

/** The state that the instances of a component go back to. */
interface Origin {
  /** Whether start functions have run in it; if not, they run again for each invocation. */
  readonly isStarted: boolean;
  /** What the memories hold. */
  readonly images: readonly MemoryImage[];
}

/** A component of the direct engine: makes instances, and resets and keeps those that are released. */
export class DirectComponent implements CompiledComponent {
  readonly #program: Program;
  readonly #logger: Logger;
  readonly #memories: () => MemoryImages;
  readonly #idle: IdleInstances<ReusableInstance>;
  readonly #budgets: MemoryBudget | undefined;
  readonly #stacks: StackBudget | undefined;
  readonly #preemption: Preemption;
  readonly #defaultLimits: GuestLimits;
  readonly #ignorePressure: (() => void) | undefined;
  /** What all instances are brought back to; found out with the first one. */
  #origin: Origin | undefined;
  #isDisposed = false;
  /** Why instances are not reset; told once. */
  #obstacle: string | undefined;

  constructor(program: Program, { logger, memories, idle, budgets, stacks, preemption }: ThreadParts) {
    this.#program = program;
    this.#logger = logger;
    this.#memories = memories;
    this.#idle = new IdleInstances(idle, budgets);
    this.#budgets = budgets;
    this.#stacks = stacks;
    this.#preemption = preemption;
    this.#defaultLimits = new GuestLimits(program.component);
    this.#ignorePressure = budgets?.onPressure(() => this.#idle.dropAll());
    if (program.resetObstacle !== undefined) this.#tellObstacle(program.resetObstacle);
  }

  get types(): Program['types'] {
    return this.#program.types;
  }

  async instantiate(imports: HostImports, given?: InstantiateOptions): Promise<ComponentInstance> {
    const ready = this.takeIdle(imports, given);
    if (ready !== undefined) return ready;
    const options = this.#withLimits(given);
    const idle = this.#idle.take();
    const instance = idle ?? (await this.#create(imports, options));
    if (idle !== undefined) {
      idle.startWatching(imports, options);
      await this.#inGuest(idle, options, () => idle.start());
    }
    return new DirectInstance(this.#program, instance, options, this.#recycle);
  }

  takeIdle(imports: HostImports, given?: InstantiateOptions): ComponentInstance | undefined {
    if (this.#idle.next?.isToBeStarted !== false) return undefined;
    const idle = this.#idle.take();
    if (idle === undefined) return undefined;
    const options = this.#withLimits(given);
    idle.startWatching(imports, options);
    return new DirectInstance(this.#program, idle, options, this.#recycle);
  }

  #withLimits(given: InstantiateOptions = {}): InstantiateOptions {
    return given.limits === undefined ? { ...given, limits: this.#defaultLimits } : given;
  }

  dispose(): void {
    this.#idle.close();
    this.#ignorePressure?.();
    this.#isDisposed = true;
    for (const image of this.#origin?.images ?? []) image.release();
    this.#origin = undefined;
  }

  async #create(imports: HostImports, options: InstantiateOptions): Promise<ReusableInstance> {
    const { component, memories } = this.#program;
    const linked = new LinkedInstance(this.#program, this.#preemption, this.#stacks);
    this.#openImages();
    const furtherAreas = this.#origin?.images.reduce((sum, image) => sum + image.furtherAreas, 0);
    this.#budgets?.hold(component, memories, linked, furtherAreas);
    linked.abi.startWatching(imports, options);
    return await this.#inGuest(linked.abi, options, () => this.#link(linked));
  }

  /** @throws InstantiationError */
  async #inGuest<T>(
    guest: Pick<AbiInstance, 'failure'>,
    { clock, signal }: InstantiateOptions,
    work: () => Promise<T>,
  ): Promise<T> {
    clock?.enter();
    try {
      return await work();
    } catch (error) {
      // What ended it first counts, whatever became of that on the way through the guest.
      const cause = guest.failure?.error ?? error;
      const kind = signal?.aborted ? 'aborted' : 'trap';
      throw new InstantiationError(this.#program.component, cause, { kind, thrown: [error] });
    } finally {
      clock?.leave();
    }
  }

  async #link(linked: LinkedInstance): Promise<ReusableInstance> {
    const { starts } = this.#program;
    const origin = this.#origin;
    const isFirstState = starts === 'never' || origin?.isStarted === false;
    const linking = linked.instantiate(isFirstState ? origin?.images : undefined);
    if (linking !== undefined) await linking;
    if (starts !== 'last') return new ReusableInstance(linked, this.#capture(linked, starts === 'between'));
    const unstarted = origin?.isStarted ? undefined : this.#capture(linked, false);
    await linked.start();
    if (linked.abi.hasCalledOut) return new ReusableInstance(linked, unstarted, true);
    this.#forgetOrigin(unstarted);
    return new ReusableInstance(linked, this.#capture(linked, true));
  }

  /** Takes in the images that came with the code, unless they are gone. */
  #openImages(): void {
    const { images } = this.#program;
    if (images === undefined || this.#origin !== undefined || this.#isDisposed) return;
    const opened = images.flatMap((image) => this.#memories().open(image) ?? []);
    if (opened.length === images.length) this.#origin = { isStarted: true, images: opened };
    else for (const image of opened) image.release();
  }

  /** The state of an instance now; `undefined` when it can't be brought back to it. */
  #capture(linked: LinkedInstance, isStarted: boolean): InstanceState | undefined {
    if (this.#program.resetObstacle !== undefined || this.#isDisposed) return undefined;
    if (isStarted && linked.abi.hasCalledOut) {
      // What it learned from the host belongs to this invocation only.
      this.#tellObstacle('start code calls the host before all of the component is there');
      return undefined;
    }
    const state = InstanceState.capture(linked.state, this.#memories, this.#origin?.images);
    if (typeof state === 'string') {
      this.#tellObstacle(state);
      return undefined;
    }
    this.#origin ??= { isStarted, images: state.images };
    return state;
  }

  /** The start functions do not depend on the host: the state after them is the better one. */
  #forgetOrigin(state: InstanceState | undefined): void {
    if (state === undefined || this.#origin?.isStarted !== false) return;
    for (const image of this.#origin.images) image.release();
    this.#origin = undefined;
  }

  #tellObstacle(obstacle: string): void {
    if (this.#obstacle !== undefined) return;
    this.#obstacle = obstacle;
    this.#logger.info('each invocation takes a new instance, which takes longer than to reset one', {
      reason: obstacle,
    });
  }

  readonly #recycle = (instance: ReusableInstance): void => {
    // Nobody resets what nobody keeps.
    if (instance.stopWatching() && this.#idle.hasRoom(instance.bytes) && instance.restore()) {
      this.#idle.put(instance);
    }
  };
}
