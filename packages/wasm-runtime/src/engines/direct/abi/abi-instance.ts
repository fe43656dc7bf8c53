import type { WitResource } from '@wasmlattice/rpc';
import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import type { StackBudget } from '../../../pool/thread-budgets.js';
import type { HostClass, HostImports, InstantiateOptions } from '../../engine.js';
import { type Preemption, withoutPreemption } from '../../preemption.js';
import { webAssembly } from '../../web-assembly.js';
import { AbiPart } from './abi-part.js';
import { AbiTrap } from './abi-trap.js';
import { abandonEntry, InstanceTasks } from './async/instance-tasks.js';
import { CallQueue } from './call-queue.js';
import type { ResourceOrigin } from './core-types.js';
import type { ResourceOwner } from './guest-resource.js';
import { GuestWait } from './guest-wait.js';
import { Handle, HandleCount, nameOf } from './handle-table.js';
import { UnsuspendedCode } from './unsuspended-code.js';

/** What ended a guest. */
export interface GuestFailure {
  readonly error: unknown;
  /** The host function that did, if one did: `wasi:cli/exit@0.2.3 exit`. */
  readonly hostFunction: string | undefined;
  /** What V8 threw afterwards, when the guest came to its next check: its stack says where that was. */
  readonly thrown: unknown;
}

/** A class of the host, and the invocation that it was looked up for. */
interface KnownClass {
  invocation: number;
  type: HostClass | undefined;
}

const noImports: HostImports = new Map();

export interface AbiInstanceOptions {
  readonly preemption?: Preemption;
  /** Names the component in errors. */
  readonly component?: string;
  /** What the component is made of, each after what it is in; by default it is not composed. */
  readonly parts?: readonly { readonly parent: number | undefined }[];
  /** Room for the stacks of its threads; without it there may be any number. */
  readonly stacks?: StackBudget | undefined;
}

const onePart = [{ parent: undefined }];

/**
 * Canonical ABI state of an instance of the whole component, in one invocation at a time: the imports, what it waits for, what it may take
 * and what ended it. {@link AbiPart} has what each component of a composed one has of its own.
 *
 * Guest code runs for one call at a time, since all of it shares one stack in linear memory: further calls wait until
 * the call under way has returned, even while that one waits for the host.
 */
export class AbiInstance implements ResourceOwner {
  readonly #resources: ReadonlyMap<WitResource, ResourceOrigin>;
  readonly #preemption: Preemption;
  readonly #hostClasses = new Map<WitResource, KnownClass>();
  #failure: GuestFailure | undefined;
  #calledOut = false;

  readonly calls: CallQueue = new CallQueue();
  readonly tasks: InstanceTasks;
  /** Names the component in errors. */
  readonly component: string;
  readonly wait: GuestWait;
  readonly unsuspended: UnsuspendedCode;
  /** Of all parts together. */
  readonly handleCount: HandleCount = new HandleCount();
  /** In the order in which they are instantiated. */
  readonly parts: readonly AbiPart[];
  imports: HostImports = noImports;
  invocation = 0;
  /** What {@link Preemption.ticks} was when the invocation began. */
  ticksAtStart = 0;

  constructor(
    resources: ReadonlyMap<WitResource, ResourceOrigin>,
    { preemption = withoutPreemption(), component = '', parts = onePart, stacks }: AbiInstanceOptions = {},
  ) {
    this.#resources = resources;
    this.#preemption = preemption;
    this.component = component;
    this.tasks = new InstanceTasks(this, stacks);
    this.unsuspended = new UnsuspendedCode(preemption, component);
    this.wait = new GuestWait(
      (error) => this.fail(error),
      () => this.tasks.isWaiting,
    );
    const made: AbiPart[] = [];
    for (const { parent } of parts) {
      made.push(new AbiPart(this, made.length, parent === undefined ? undefined : made[parent]));
    }
    this.parts = made;
  }

  /** @throws when there is none, which is the caller's mistake */
  part(index: number): AbiPart {
    const part = this.parts[index];
    if (part === undefined) throw new Error(`the component has no part ${index}`);
    return part;
  }

  /** Before core modules are instantiated, and again before each invocation. */
  startWatching(imports: HostImports, options: InstantiateOptions = {}): void {
    this.imports = imports;
    this.wait.startWatching(options);
    this.handleCount.limits = options.limits ?? defaultGuestLimits;
    this.#calledOut = false;
    this.invocation++;
    this.ticksAtStart = this.#preemption.ticks;
  }

  /** What the guest of this invocation may take. */
  get limits(): GuestLimits {
    return this.handleCount.limits;
  }

  /**
   * Whether a host function or a resource built-in ran since {@link AbiInstance.startWatching}. When one did while the core modules
   * were instantiated, a snapshot taken after it holds what belonged to that one invocation.
   */
  get hasCalledOut(): boolean {
    return this.#calledOut;
  }

  /**
   * After an invocation: disposes the host objects that are left in the tables and forgets the imports.
   *
   * @returns false when the instance must not be used again: the guest failed or is still running
   */
  stopWatching(): boolean {
    this.wait.stopWatching();
    if (this.#failure !== undefined || this.calls.isBusy) return false;
    if (!this.tasks.stop()) {
      this.fail(new AbiTrap('the invocation is over, and a task of it can never go on'));
      return false;
    }
    for (const { handles, tasks } of this.parts) {
      tasks.reset();
      for (const entry of handles.clear()) {
        if (!(entry instanceof Handle)) abandonEntry(entry);
        else if (entry.own && typeof entry.rep === 'object') disposeQuietly(entry.rep);
      }
    }
    this.imports = noImports;
    this.invocation++;
    return true;
  }

  /** A host function or a resource built-in runs. */
  noteCallOut(): void {
    this.#calledOut = true;
  }

  /**
   * Notes what ended the guest, which must not run again; returns it, or what had ended the guest before.
   *
   * @param hostFunction which ended it
   */
  fail(error: unknown, hostFunction?: string): unknown {
    if (this.#failure === undefined) {
      this.#failure = { error, hostFunction, thrown: undefined };
      // A guest may catch what is thrown into it, but not go beyond its next check.
      this.#preemption.interrupt();
      this.tasks.fail(error);
    } else if (this.#failure.thrown === undefined && error instanceof webAssembly.RuntimeError) {
      this.#failure = { ...this.#failure, thrown: error };
    }
    for (const part of this.parts) part.mayLeave = false;
    return this.#failure.error;
  }

  /** What ended the guest. A guest may catch what is thrown into it, so that returning does not mean that all is well. */
  get failure(): GuestFailure | undefined {
    return this.#failure;
  }

  /** Begins a call that is inside already. */
  begin(label: string): void {
    if (this.#failure !== undefined) {
      throw new AbiTrap(`${label}: the guest ended in an earlier call and can't be called again`, {
        cause: this.#failure.error,
      });
    }
  }

  /** Whether V8 can suspend the guest: no JavaScript frames lie below it. */
  get maySuspend(): boolean {
    return !this.unsuspended.isRunning;
  }

  destroy(resource: WitResource, rep: number): void {
    if (this.calls.isBusy) {
      this.calls.whenLeft(() => {
        try {
          this.#runDestructor(resource, rep);
        } catch {
          // Whoever dropped it has gone on. The next call is told.
        }
      });
      return;
    }
    this.calls.enter();
    try {
      this.#runDestructor(resource, rep);
    } finally {
      this.calls.leave();
    }
  }

  #runDestructor(resource: WitResource, rep: number): void {
    try {
      if (this.#failure === undefined) this.callDestructor(resource, rep);
    } catch (error) {
      throw this.fail(error);
    }
  }

  /**
   * Of a resource that the component defines; does nothing where it has no destructor.
   *
   * @param caller the part that drops it, or nothing for the host
   */
  callDestructor(resource: WitResource, rep: number, caller?: AbiPart): void {
    const origin = this.originOf(resource);
    if (origin.kind !== 'guest') return;
    const definer = this.part(origin.part);
    definer.enter(caller, `resource.drop of ${nameOf(resource)}`);
    const destructor = origin.destructor?.();
    try {
      this.unsuspended.enter();
      definer.tasks.aside(() => destructor?.(rep));
    } finally {
      this.unsuspended.leave();
    }
    definer.exit(caller);
  }

  /** Where resources come from that a part knows as `resource`. */
  originOf(resource: WitResource): ResourceOrigin {
    return this.#resources.get(resource) ?? { kind: 'host', resource };
  }

  /** The class whose instances the host hands out as `resource`; `undefined` when the imports have none. */
  hostClass(resource: WitResource): HostClass | undefined {
    const known = this.#hostClasses.get(resource);
    if (known?.invocation === this.invocation) return known.type;
    const type = this.imports.get(resource.instance)?.resource(resource.name);
    if (known === undefined) {
      this.#hostClasses.set(resource, { invocation: this.invocation, type });
    } else {
      known.invocation = this.invocation;
      known.type = type;
    }
    return type;
  }
}

/** The guest is gone, so there is nobody to tell that its resources were still in use. */
function disposeQuietly(object: object): void {
  try {
    (object as Partial<Disposable>)[Symbol.dispose]?.();
  } catch {}
}
