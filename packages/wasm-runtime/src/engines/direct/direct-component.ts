import type { Logger } from '@wasmlattice/telemetry';
import { InstantiationError } from '../../errors.js';
import type { MemoryBudget } from '../../pool/thread-budgets.js';
import type { CompiledComponent, ComponentInstance, HostImports, InstantiateOptions } from '../engine.js';
import type { Preemption } from '../preemption.js';
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
  readonly preemption: Preemption;
}

/** A component of the direct engine: makes instances, and resets and keeps those that are released. */
export class DirectComponent implements CompiledComponent {
  readonly #program: Program;
  readonly #logger: Logger;
  readonly #memories: () => MemoryImages;
  readonly #idle: IdleInstances<ReusableInstance>;
  readonly #budgets: MemoryBudget | undefined;
  readonly #preemption: Preemption;
  readonly #ignorePressure: (() => void) | undefined;
  /** What the memories of every new instance hold. */
  #images: readonly MemoryImage[] | undefined;
  #isDisposed = false;
  /** Why instances are not reset; told once. */
  #obstacle: string | undefined;

  constructor(program: Program, { logger, memories, idle, budgets, preemption }: ThreadParts) {
    this.#program = program;
    this.#logger = logger;
    this.#memories = memories;
    this.#idle = new IdleInstances(idle, budgets);
    this.#budgets = budgets;
    this.#preemption = preemption;
    this.#ignorePressure = budgets?.onPressure(() => this.#idle.dropAll());
    if (program.resetObstacle !== undefined) this.#tellObstacle(program.resetObstacle);
  }

  get types(): Program['types'] {
    return this.#program.types;
  }

  async instantiate(imports: HostImports, options: InstantiateOptions = {}): Promise<ComponentInstance> {
    const idle = this.#idle.take();
    idle?.startWatching(imports, options);
    const instance = idle ?? (await this.#create(imports, options));
    return new DirectInstance(this.#program, instance, options, this.#recycle);
  }

  dispose(): void {
    this.#idle.close();
    this.#ignorePressure?.();
    this.#isDisposed = true;
    for (const image of this.#images ?? []) image.release();
    this.#images = undefined;
  }

  async #create(imports: HostImports, options: InstantiateOptions): Promise<ReusableInstance> {
    const linked = new LinkedInstance(this.#program, this.#preemption);
    const furtherAreas = this.#images?.reduce((sum, image) => sum + image.furtherAreas, 0);
    this.#budgets?.hold(this.#program.component, this.#program.memories, linked, furtherAreas);
    linked.abi.startWatching(imports, options);
    options.clock?.enter();
    try {
      await linked.start();
    } catch (error) {
      throw new InstantiationError(this.#program.component, error);
    } finally {
      options.clock?.leave();
    }
    return new ReusableInstance(linked, this.#capture(linked));
  }

  #capture(linked: LinkedInstance): InstanceState | undefined {
    if (this.#program.resetObstacle !== undefined || this.#isDisposed) return undefined;
    if (linked.abi.hasCalledOut) {
      // What it learned from the host belongs to this invocation only.
      this.#tellObstacle('its start code calls the host');
      return undefined;
    }
    const state = InstanceState.capture(linked.state, this.#memories, this.#images);
    if (typeof state === 'string') {
      this.#tellObstacle(state);
      return undefined;
    }
    this.#images ??= state.images;
    return state;
  }

  #tellObstacle(obstacle: string): void {
    if (this.#obstacle !== undefined) return;
    this.#obstacle = obstacle;
    this.#logger.debug('each invocation takes a new instance', { reason: obstacle });
  }

  readonly #recycle = (instance: ReusableInstance): void => {
    // Nobody resets what nobody keeps.
    if (instance.stopWatching() && this.#idle.hasRoom(instance.bytes) && instance.restore()) {
      this.#idle.put(instance);
    }
  };
}
