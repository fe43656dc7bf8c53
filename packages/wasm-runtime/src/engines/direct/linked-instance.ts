import type { WitResource } from '@wasmlattice/rpc';
import type {
  CoreInstance as CoreInstancePlan,
  CoreItem,
  CoreOptions,
} from '../../formats/component/index.js';
import type { CoreGlobal, CoreInstance, CoreMemory, CoreTable } from '../web-assembly.js';
import { webAssembly } from '../web-assembly.js';
import {
  AbiInstance,
  bindResourceDrop,
  bindResourceNew,
  bindResourceRep,
  type CanonOptions,
  type CoreFunction,
  GuestMemory,
  type LiftedFunction,
  type ResourceOrigin,
} from './abi/index.js';
import type { StateHandles } from './instance-state.js';
import type { PlannedLift, Program, ProgramModule } from './program.js';

type CoreExports = Readonly<Record<string, unknown>>;

/** The core instances of one component instance, wired to each other and to the host. */
export class LinkedInstance {
  readonly abi: AbiInstance;
  readonly #program: Program;
  readonly #instances: CoreExports[] = [];
  readonly #items = new Map<CoreItem, unknown>();
  readonly #guestMemories = new Map<unknown, GuestMemory>();
  /** The global that holds the size of a memory. */
  readonly #pages = new Map<unknown, unknown>();
  readonly #memories: CoreMemory[] = [];
  readonly #globals: CoreGlobal[] = [];
  readonly #tables: CoreTable[] = [];

  constructor(program: Program) {
    this.#program = program;
    this.abi = new AbiInstance(this.#resourceOrigins());
  }

  /**
   * Instantiates the core modules in order; their start functions run. A start function that waits for the host fails:
   * only a function that the host calls can be suspended. To be called once, after {@link AbiInstance.startWatching}.
   *
   * @throws what a start function throws, and V8's LinkError
   */
  start(): void {
    for (const plan of this.#program.instances) this.#instances.push(this.#instantiate(plan));
  }

  get state(): StateHandles {
    return { memories: this.#memories, globals: this.#globals, tables: this.#tables };
  }

  bindLift({ plan, core, options }: PlannedLift): LiftedFunction {
    return plan.bind(this.abi, this.#canonOptions(options), this.#resolve(core) as CoreFunction);
  }

  #resourceOrigins(): ReadonlyMap<WitResource, ResourceOrigin> {
    const { importedResources, definedResources } = this.#program;
    const origins = new Map<WitResource, ResourceOrigin>();
    for (const resource of importedResources) origins.set(resource, { kind: 'host' });
    for (const [resource, { destructor }] of definedResources) {
      origins.set(resource, {
        kind: 'guest',
        ...(destructor !== undefined && { destructor: () => this.#resolve(destructor) as CoreFunction }),
      });
    }
    return origins;
  }

  #instantiate(plan: CoreInstancePlan): CoreExports {
    if (plan.kind === 'exports') {
      return record([...plan.items].map(([name, item]) => [name, this.#resolve(item)]));
    }
    const imports = record(
      [...plan.args].map(([name, instance]) => [name, this.#instances[instance] ?? record([])]),
    );
    const module = this.#program.modules[plan.module];
    if (module === undefined) throw new Error(`there is no core module ${plan.module}`);
    return this.#instantiateModule(module, imports);
  }

  #instantiateModule(
    { module, state }: ProgramModule,
    imports: Record<string, Readonly<Record<string, unknown>>>,
  ): CoreExports {
    for (const { module: from, name, memory } of state?.sizeImports ?? []) {
      const imported = imports[memory.module]?.[memory.name];
      imports[from] = { ...imports[from], [name]: this.#pages.get(imported) };
    }
    const { exports }: CoreInstance = new webAssembly.Instance(module, imports);
    for (const { memory, pages } of state?.memories ?? []) {
      this.#pages.set(exports[memory], exports[pages]);
      this.#memories.push(exports[memory] as CoreMemory);
    }
    for (const name of state?.globals ?? []) this.#globals.push(exports[name] as CoreGlobal);
    for (const name of state?.tables ?? []) this.#tables.push(exports[name] as CoreTable);
    return exports;
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
        return lower?.plan.bind(this.abi, this.#canonOptions(item.options), lower.suspends);
      }
      case 'resource':
        return resourceBuiltins[item.builtin](this.abi, item.resource);
      case 'unsupported':
        return undefined;
    }
  }

  #canonOptions({ encoding, memory, realloc, postReturn }: CoreOptions): CanonOptions {
    return {
      encoding,
      memory: memory && this.#guestMemory(this.#resolve(memory)),
      realloc: realloc && (this.#resolve(realloc) as CoreFunction),
      postReturn: postReturn && (this.#resolve(postReturn) as CoreFunction),
    };
  }

  /** One wrapper for each memory, since it keeps views. */
  #guestMemory(memory: unknown): GuestMemory {
    const known = this.#guestMemories.get(memory);
    if (known !== undefined) return known;
    const created = new GuestMemory(memory as CoreMemory);
    this.#guestMemories.set(memory, created);
    return created;
  }
}

const resourceBuiltins = { new: bindResourceNew, rep: bindResourceRep, drop: bindResourceDrop };

/** Names come from the component, `__proto__` included. */
function record<T>(entries: readonly (readonly [name: string, value: T])[]): Record<string, T> {
  const created = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) created[name] = value;
  return created;
}
