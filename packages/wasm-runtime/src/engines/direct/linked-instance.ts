import type { WitResource } from '@wasmlattice/rpc';
import type {
  CoreInstance as CoreInstancePlan,
  CoreItem,
  CoreOptions,
} from '../../formats/component/index.js';
import type { OwnMemory } from '../../formats/core-module/index.js';
import type { StackBudget } from '../../pool/thread-budgets.js';
import type { Preemption } from '../preemption.js';
import type { AnyFunction, CoreGlobal, CoreInstance, CoreMemory, CoreTable } from '../web-assembly.js';
import { webAssembly } from '../web-assembly.js';
import {
  AbiInstance,
  bindBuiltin,
  bindReexport,
  bindResourceDrop,
  bindResourceNew,
  bindResourceRep,
  type CanonOptions,
  type CoreFunction,
  GuestMemory,
  type LiftedFunction,
  type ResourceOrigin,
} from './abi/index.js';
import { checkBridge } from './check-bridge.js';
import { GuestChecks } from './guest-checks.js';
import type { MemoryGrowth, StateHandles } from './instance-state.js';
import type { MemoryImage, ResettableMemory } from './memory/index.js';
import type { PlannedExport, Program, ProgramModule } from './program.js';
import { writeData } from './write-data.js';

type CoreExports = Readonly<Record<string, unknown>>;

/** The core instances of one component instance, wired to each other and to the host. */
export class LinkedInstance {
  readonly abi: AbiInstance;
  readonly #program: Program;
  readonly #preemption: Preemption;
  /** What guest code calls when the thread wants something of it. */
  readonly #check: CoreFunction;
  readonly #instances: CoreExports[] = [];
  readonly #items = new Map<CoreItem, unknown>();
  readonly #guestMemories = new Map<unknown, GuestMemory>();
  /** How those that import a memory ask for its size and grow it. */
  readonly #owners = new Map<unknown, MemoryOwner>();
  readonly #memories: CoreMemory[] = [];
  /** Those with 64-bit addresses. */
  readonly #wideMemories = new Set<unknown>();
  #images: readonly MemoryImage[] | undefined;
  /** Those of the memories that were given an image. */
  readonly #attached: ResettableMemory[] = [];
  /** Start functions that have not run, or run again after each reset. */
  readonly #starts: (() => Promise<unknown>)[] = [];
  readonly #globals: CoreGlobal[] = [];
  readonly #growths: MemoryGrowth[] = [];
  readonly #tables: CoreTable[] = [];

  /** @param stacks room for the stacks of its threads */
  constructor(program: Program, preemption: Preemption, stacks?: StackBudget) {
    this.#program = program;
    this.#preemption = preemption;
    const { component, parts } = program;
    this.abi = new AbiInstance(this.#resourceOrigins(), { preemption, component, parts, stacks });
    this.#check = checkBridge(new GuestChecks(this.abi, preemption, program));
  }

  /**
   * Instantiates the core modules in order. To be called once, after {@link AbiInstance.startWatching}.
   *
   * @param images what the memories hold, before any start function ran; without them the modules' data is written
   * @returns what is to be awaited, if start functions run in between
   * @throws V8's LinkError; a RuntimeError for data that does not fit; what a start function throws
   */
  instantiate(images: readonly MemoryImage[] | undefined): Promise<void> | undefined {
    this.#images = images;
    if (this.#program.starts === 'between') return this.#instantiateAndStart();
    for (const plan of this.#program.instances) this.#instantiate(plan);
    return undefined;
  }

  /**
   * Runs the start functions, which may be suspended, in their order.
   *
   * @throws what a start function throws; what ended the guest first is noted
   */
  async start(): Promise<void> {
    try {
      for (const start of this.#starts) await start();
    } catch (error) {
      this.abi.fail(error);
      throw error;
    }
  }

  get state(): StateHandles {
    return {
      memories: this.#memories,
      attached: this.#attached,
      globals: this.#globals,
      growths: this.#growths,
      tables: this.#program.writesTables ? this.#tables : [],
    };
  }

  bindExport(planned: PlannedExport): LiftedFunction {
    if (planned.kind === 'reexport') {
      const { func, instance } = planned.imported;
      return bindReexport(this.abi, func, instance);
    }
    const { part, plan, core, options } = planned;
    return plan.bind(this.abi.part(part), this.#canonOptions(options), this.#resolve(core) as CoreFunction);
  }

  #resourceOrigins(): ReadonlyMap<WitResource, ResourceOrigin> {
    const { importedResources, definedResources, resourceViews } = this.#program;
    const origins = new Map<WitResource, ResourceOrigin>();
    for (const resource of importedResources) origins.set(resource, { kind: 'host', resource });
    for (const [resource, { part, destructor }] of definedResources) {
      origins.set(resource, {
        kind: 'guest',
        resource,
        part,
        ...(destructor !== undefined && { destructor: () => this.#resolve(destructor) as CoreFunction }),
      });
    }
    for (const [view, resource] of resourceViews) {
      const origin = origins.get(resource);
      if (origin !== undefined) origins.set(view, origin);
    }
    return origins;
  }

  async #instantiateAndStart(): Promise<void> {
    for (const plan of this.#program.instances) {
      this.#instantiate(plan);
      await this.start();
      this.#starts.length = 0;
    }
  }

  #instantiate(plan: CoreInstancePlan): void {
    if (plan.kind === 'exports') {
      this.#instances.push(record([...plan.items].map(([name, item]) => [name, this.#resolve(item)])));
      return;
    }
    const imports = record(
      [...plan.args].map(([name, instance]) => [name, this.#instances[instance] ?? record([])]),
    );
    const module = this.#program.modules[plan.module];
    if (module === undefined) throw new Error(`there is no core module ${plan.module}`);
    this.#instantiateModule(module, imports);
  }

  #instantiateModule(
    { module, layout }: ProgramModule,
    imports: Record<string, Readonly<Record<string, unknown>>>,
  ): void {
    const imported = layout.importedMemories.map(({ module: from, name }) => imports[from]?.[name]);
    const own = layout.memories.map((memory) => this.#makeMemory(memory));
    imports[layout.word.module] = record<unknown>([
      [layout.word.name, this.#preemption.word],
      ...own.map((memory, index) => [(layout.memories[index] as OwnMemory).import.name, memory] as const),
    ]);
    const { exports }: CoreInstance = new webAssembly.Instance(module, imports);
    this.#fillHooks(exports[layout.hooks] as CoreTable, imported);
    for (const [index, { size, grow, pages, refused, maximum }] of layout.memories.entries()) {
      this.#owners.set(own[index], { size: exports[size], grow: exports[grow] });
      this.#growths.push({
        pages: exports[pages] as CoreGlobal,
        refused: exports[refused] as CoreGlobal,
        maximum,
      });
    }
    for (const name of layout.globals) this.#globals.push(exports[name] as CoreGlobal);
    for (const name of layout.tables) this.#tables.push(exports[name] as CoreTable);
    if (this.#images === undefined) writeData(layout.data, [...imported, ...own] as CoreMemory[], exports);
    // What else it exports is between it and the host: a component could change what is asked at checks.
    this.#instances.push(record(layout.exports.map((name) => [name, exports[name]])));
    if (layout.start !== undefined) {
      this.#starts.push(webAssembly.promising(exports[layout.start] as AnyFunction));
    }
  }

  #makeMemory(own: OwnMemory): CoreMemory {
    const memory = makeMemory(own);
    const image = this.#images?.[this.#memories.length];
    if (image !== undefined) this.#attached.push(image.attach(memory));
    this.#memories.push(memory);
    if (own.address === 'i64') this.#wideMemories.add(memory);
    return memory;
  }

  #fillHooks(hooks: CoreTable, importedMemories: readonly unknown[]): void {
    hooks.set(0, this.#check);
    for (const [index, memory] of importedMemories.entries()) {
      const owner = this.#owners.get(memory);
      if (owner === undefined) continue;
      hooks.set(1 + 2 * index, owner.size);
      hooks.set(2 + 2 * index, owner.grow);
    }
  }

  #resolve(item: CoreItem): unknown {
    const known = this.#items.get(item);
    if (known !== undefined) return known;
    const resolved = this.#make(item);
    this.#items.set(item, resolved);
    return resolved;
  }

  #make(item: CoreItem): unknown {
    switch (item.kind) {
      case 'export':
        return this.#instances[item.instance]?.[item.name];
      case 'lower': {
        const lower = this.#program.lowers.get(item);
        return lower?.plan.bind(this.abi.part(item.part), this.#canonOptions(item.options), lower.suspends);
      }
      case 'call': {
        const { part, lift, options } = item;
        const caller = { part: this.abi.part(part), options: this.#canonOptions(options) };
        const callee = { part: this.abi.part(lift.part), options: this.#canonOptions(lift.options) };
        return this.#program.calls.get(item)?.bind(caller, callee, this.#resolve(lift.core) as CoreFunction);
      }
      case 'resource':
        return resourceBuiltins[item.builtin](this.abi.part(item.part), item.resource);
      case 'builtin':
        return bindBuiltin(this.abi.part(item.part), item.builtin, {
          memory: (memory) => this.#guestMemory(this.#resolve(memory)),
          table: (table) => this.#resolve(table) as CoreTable,
          options: (options) => this.#canonOptions(options),
        });
      case 'unsupported':
        return undefined;
    }
  }

  #canonOptions({ encoding, memory, realloc, postReturn, async, callback }: CoreOptions): CanonOptions {
    return {
      encoding,
      memory: memory && this.#guestMemory(this.#resolve(memory)),
      realloc: realloc && (this.#resolve(realloc) as CoreFunction),
      postReturn: postReturn && (this.#resolve(postReturn) as CoreFunction),
      async,
      callback: callback && (this.#resolve(callback) as CoreFunction),
    };
  }

  /** One wrapper for each memory, since it keeps views. */
  #guestMemory(memory: unknown): GuestMemory {
    const known = this.#guestMemories.get(memory);
    if (known !== undefined) return known;
    const created = new GuestMemory(memory as CoreMemory, this.#wideMemories.has(memory) ? 'i64' : 'i32');
    this.#guestMemories.set(memory, created);
    return created;
  }
}

/** Functions of the module that defines a memory. */
interface MemoryOwner {
  readonly size: unknown;
  readonly grow: unknown;
}

function makeMemory({ minimum, maximum, address }: OwnMemory): CoreMemory {
  return address === 'i64'
    ? new webAssembly.Memory({
        initial: BigInt(minimum),
        ...(maximum !== undefined && { maximum: BigInt(maximum) }),
        address,
      })
    : new webAssembly.Memory({ initial: minimum, ...(maximum !== undefined && { maximum }) });
}

const resourceBuiltins = { new: bindResourceNew, rep: bindResourceRep, drop: bindResourceDrop };

/** Names come from the component, `__proto__` included. */
function record<T>(entries: readonly (readonly [name: string, value: T])[]): Record<string, T> {
  const created = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) created[name] = value;
  return created;
}
