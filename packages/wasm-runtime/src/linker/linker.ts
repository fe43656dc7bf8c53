import { camelCase, type WitFunction, type WitInterface } from '@wasmlattice/rpc';
import { noopLogger } from '@wasmlattice/telemetry';
import type { CompileOptions, ComponentTypes, HostImport, HostImports } from '../engines/engine.js';
import type { HostInterface, InstanceContext } from '../host-functions/host-interface.js';
import { parseInterfaceId } from '../interface-id.js';
import { NoWireFormError } from '../lattice/conversions.js';
import { type HandleForms, handleForms } from '../lattice/handle-forms.js';
import { InstanceHandles } from '../lattice/instance-handles.js';
import { bindLatticeCalls, type LatticeCalls, planLatticeCalls } from '../lattice/lattice-calls.js';
import { className, parseQualifiedName } from '../qualified-name.js';
import { type MissingImport, MissingImportError } from './missing-import-error.js';

export interface LinkOptions {
  /** Names the component in errors. */
  readonly component: string;
  /** What the host serves itself. */
  readonly interfaces: readonly HostInterface[];
  /**
   * Interfaces (without version) that the host knows and does not serve now, with what to do about it:
   * `['wasmcloud:messaging/producer', 'enable the feature "wasmcloud-messaging-v3"']`. They are not linked to the lattice.
   */
  readonly unavailable?: ReadonlyMap<string, string>;
}

/** How each import of one component is satisfied. */
export interface Linkage {
  /** For {@link CompileOptions.suspends}. */
  readonly suspends: CompileOptions['suspends'];
  /** Interfaces (without version) that are calls to the lattice: each needs a link before it can be called. */
  readonly latticeInterfaces: readonly string[];
  /** The imports of one instance. */
  bind(context: InstanceContext): HostImports;
}

/** How one imported interface is satisfied. */
interface LinkedImport {
  readonly id: string;
  readonly onLattice: boolean;
  suspends(func: string): boolean;
  bind(context: InstanceContext, handles: InstanceHandles): HostImport;
}

type Resolution = { readonly linked: LinkedImport } | { readonly missing: MissingImport };

/**
 * Matches what a component imports with what the host serves. Interfaces the host does not serve become calls to the
 * lattice (docs/spec/component-runtime.md#8, docs/spec/wrpc-interfaces.md#2); whether a link for them exists
 * shows when they are called, since links may come later.
 *
 * @throws MissingImportError that lists everything the component can't be given
 */
export function linkImports(types: ComponentTypes, options: LinkOptions): Linkage {
  const forms = handleForms(types, isHostedBy(options));
  const resolutions = types.imports
    .filter(({ functions, resources }) => functions.length > 0 || resources.length > 0)
    .map((imported) => resolve(imported, options, forms));
  const missing = [
    ...resolutions.flatMap((resolution) => ('missing' in resolution ? [resolution.missing] : [])),
    ...types.importedFunctions.map(missingFunction),
  ];
  if (missing.length > 0) throw new MissingImportError(options.component, missing);

  const linked = new Map(
    resolutions.flatMap((resolution) =>
      'linked' in resolution ? [[resolution.linked.id, resolution.linked] as const] : [],
    ),
  );
  return {
    suspends: (instance, func) => linked.get(instance)?.suspends(func) ?? false,
    latticeInterfaces: [...linked.values()]
      .filter(({ onLattice }) => onLattice)
      .map(({ id }) => parseInterfaceId(id).name),
    bind: (context) => new BoundImports(linked, context),
  };
}

/** For the question which interfaces (without version) are the host's own. */
export function isHostedBy({
  interfaces,
  unavailable,
}: Pick<LinkOptions, 'interfaces' | 'unavailable'>): (name: string) => boolean {
  const names = new Set(interfaces.map(({ name }) => name));
  return (name) => names.has(name) || (unavailable?.has(name) ?? false);
}

function resolve(
  imported: WitInterface,
  { interfaces, unavailable }: LinkOptions,
  forms: HandleForms,
): Resolution {
  const { name, version } = parseInterfaceId(imported.id);
  const known = interfaces.filter((candidate) => candidate.name === name);
  const served = known.find((candidate) => candidate.accepts(version));
  if (served) return resolveServed(imported, served);
  if (known.length > 0) {
    const versions = known.map((candidate) => candidate.versions).join(', ');
    return missing(
      imported,
      `version ${version || 'none'} is not served; build against ${versions}, which this host serves`,
    );
  }
  const advice = unavailable?.get(name);
  return advice === undefined ? resolveOnLattice(imported, forms) : missing(imported, advice);
}

function resolveServed(imported: WitInterface, served: HostInterface): Resolution {
  const unserved = findUnserved(imported, served.bind(probeContext));
  if (unserved.length > 0) {
    return missing(
      imported,
      `this host serves the interface (${served.versions}) without these functions; build without them`,
      unserved,
    );
  }
  const suspending = new Set(served.suspending);
  return {
    linked: {
      id: imported.id,
      onLattice: false,
      suspends: (func) => suspending.has(func),
      bind: (context) => served.bind(context),
    },
  };
}

function resolveOnLattice(imported: WitInterface, forms: HandleForms): Resolution {
  let calls: LatticeCalls;
  try {
    calls = planLatticeCalls(imported, forms);
  } catch (error) {
    if (!(error instanceof NoWireFormError)) throw error;
    const { name } = parseInterfaceId(imported.id);
    return missing(
      imported,
      `the host does not serve ${name}, and it can't be linked to another component or a provider: ${error.message}`,
    );
  }
  return {
    linked: {
      id: imported.id,
      onLattice: true,
      suspends: () => true,
      bind: (context, handles) => bindLatticeCalls(calls, context, handles),
    },
  };
}

function missing(
  { id, functions }: WitInterface,
  advice: string,
  wanted: readonly string[] = functions.map(({ name }) => name),
): { readonly missing: MissingImport } {
  return { missing: { import: id, functions: wanted, advice } };
}

function missingFunction({ name }: WitFunction): MissingImport {
  return {
    import: name,
    functions: [],
    advice: 'a function outside of any interface has no link; move it into an interface of your own package',
  };
}

/** The imports of one instance, each bound when it is first asked for. */
class BoundImports implements HostImports {
  readonly #linked: ReadonlyMap<string, LinkedImport>;
  readonly #context: InstanceContext;
  readonly #handles: InstanceHandles;
  readonly #bound = new Map<string, HostImport>();

  constructor(linked: ReadonlyMap<string, LinkedImport>, context: InstanceContext) {
    this.#linked = linked;
    this.#context = context;
    this.#handles = context.handles ?? new InstanceHandles();
    this.#handles.begin(context.signal);
  }

  get(id: string): HostImport | undefined {
    const known = this.#bound.get(id);
    if (known !== undefined) return known;
    const bound = this.#linked.get(id)?.bind(this.#context, this.#handles);
    if (bound !== undefined) this.#bound.set(id, bound);
    return bound;
  }

  keys(): Iterable<string> {
    return this.#linked.keys();
  }
}

/** What the component wants and the bound interface does not have: functions, and classes as `resource name`. */
function findUnserved({ functions, resources }: WitInterface, bound: HostImport): string[] {
  return [
    ...resources.filter((name) => resourceClass(bound, name) === undefined).map((name) => `resource ${name}`),
    ...functions.filter(({ name }) => !isServed(bound, name)).map(({ name }) => name),
  ];
}

function isServed(bound: HostImport, func: string): boolean {
  const name = parseQualifiedName(func);
  if (name.kind === 'function') return typeof bound[camelCase(name.name)] === 'function';
  const type = resourceClass(bound, name.resource);
  if (type === undefined) return false;
  switch (name.kind) {
    case 'method':
      return camelCase(name.member) in (type.prototype as object);
    case 'static':
      return camelCase(name.member) in type;
    case 'constructor':
      return true;
  }
}

function resourceClass(bound: HostImport, resource: string): { readonly prototype: unknown } | undefined {
  const type = bound[className(resource)];
  return typeof type === 'function' ? (type as unknown as { readonly prototype: unknown }) : undefined;
}

/** A context for {@link findUnserved}: nothing bound to it is ever called. */
const probeContext: InstanceContext = {
  componentId: '',
  logger: noopLogger,
  config: () => new Map(),
  links: {
    invoke: () => Promise.reject(new Error('nothing is called while a component is linked')),
    setLinkName: () => undefined,
  },
  signal: AbortSignal.abort(),
};
