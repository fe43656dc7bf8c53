import type { WitFunction, WitInterface } from '@wasmlattice/rpc';
import type { CompileOptions, ComponentTypes, HostImport, HostImports } from '../engines/engine.js';
import { DeclaredMembers } from '../host-functions/declared-members.js';
import type { HostInterface, InstanceContext } from '../host-functions/host-interface.js';
import { parseInterfaceId } from '../interface-id.js';
import { NoWireFormError } from '../lattice/conversions.js';
import { type HandleForms, handleForms } from '../lattice/handle-forms.js';
import { InstanceHandles } from '../lattice/instance-handles.js';
import { bindLatticeCalls, type LatticeCalls, planLatticeCalls } from '../lattice/lattice-calls.js';
import { interfaceDifferences } from './interface-differences.js';
import { listed, type MissingImport, MissingImportError } from './missing-import-error.js';
import type { Difference, IsSameResource } from './type-difference.js';

export interface LinkOptions {
  /** Names the component in errors. */
  readonly component: string;
  /** What the host serves itself. */
  readonly interfaces: readonly HostInterface[];
  /**
   * What the host knows and does not serve, with what to do about it: interfaces (`wasi:clocks/timezone`), packages
   * (`wasmcloud:secrets`) or namespaces (`wasi`). They are not linked to the lattice, where nobody could serve them.
   */
  readonly unavailable?: ReadonlyMap<string, string>;
}

/** How each import of one component is satisfied. */
export interface Linkage {
  /** For {@link CompileOptions.suspends}. */
  readonly suspends: CompileOptions['suspends'];
  /** Interfaces (without version) that are calls to the lattice: each needs a link before it can be called. */
  readonly latticeInterfaces: readonly string[];
  /** Whether instances may hold resources that others in the lattice keep. */
  readonly holdsResources: boolean;
  /** The imports of one instance. */
  bind(context: InstanceContext): HostImports;
}

/** How one imported interface is satisfied. */
interface LinkedImport {
  readonly id: string;
  readonly declared: WitInterface;
  /** The id of the interface: another one where the import has a name of its own. */
  readonly implemented: string;
  readonly onLattice: boolean;
  readonly givesResources: boolean;
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
  const isSame = sameResources(options.interfaces, types.imports);
  const resolutions = types.imports
    .filter(({ functions, resources }) => functions.length > 0 || resources.length > 0)
    .map((imported) => resolve(imported, options, forms, isSame));
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
      .map(({ implemented }) => parseInterfaceId(implemented).name),
    holdsResources: [...linked.values()].some(({ givesResources }) => givesResources),
    bind: (context) => new BoundImports(linked, context),
  };
}

/** For the question which interfaces (without version) are the host's own. */
export function isHostedBy({
  interfaces,
  unavailable,
}: Pick<LinkOptions, 'interfaces' | 'unavailable'>): (name: string) => boolean {
  const names = new Set(interfaces.map(({ name }) => name));
  return (name) => names.has(name) || adviceFor(name, unavailable) !== undefined;
}

/** That of the interface, its package or its namespace. */
function adviceFor(name: string, unavailable: LinkOptions['unavailable']): string | undefined {
  return (
    unavailable?.get(name) ??
    unavailable?.get(packageOf(name)) ??
    unavailable?.get(name.split(':', 1)[0] ?? '')
  );
}

/** `wasi:io/poll` → `wasi:io` */
function packageOf(name: string): string {
  return name.split('/', 1)[0] ?? name;
}

function resolve(
  imported: WitInterface,
  options: LinkOptions,
  forms: HandleForms,
  isSame: IsSameResource,
): Resolution {
  const { interfaces, unavailable } = options;
  const { name, version } = parseInterfaceId(imported.implements ?? imported.id);
  const known = interfaces.filter((candidate) => candidate.name === name);
  const served = known.find((candidate) => candidate.accepts(version));
  if (served) return resolveServed(imported, served, isSame);
  if (known.length > 0) {
    return missing(
      imported,
      `version ${version || 'none'} is not served; build against ${versionsOf(known)}, which this host serves`,
    );
  }
  const advice = adviceFor(name, unavailable);
  if (advice === undefined) return resolveOnLattice(imported, forms);
  return missing(imported, `${advice}${servedInstead(name, interfaces)}`);
}

function resolveServed(imported: WitInterface, served: HostInterface, isSame: IsSameResource): Resolution {
  const differences = interfaceDifferences(imported, served.declared(), isSame);
  if (differences.length > 0) {
    return missing(imported, () => describeDifferences(differences, served), []);
  }
  const suspending = new Set(served.suspending);
  // Only of what the component imports: all of that was compared.
  const members = new DeclaredMembers(imported);
  return {
    linked: {
      id: imported.id,
      declared: imported,
      implemented: imported.implements ?? imported.id,
      onLattice: false,
      givesResources: false,
      suspends: (func) => suspending.has(func),
      bind: (context) => members.bind(served.bind(context)),
    },
  };
}

function describeDifferences(differences: readonly Difference[], { name, versions }: HostInterface): string {
  return `${listed(differences, '; ', (difference) => difference())}; build against ${name} ${versions} as this host serves it`;
}

/** A resource of the host goes by its interface, in whichever version a component imports that. */
function sameResources(
  interfaces: readonly HostInterface[],
  imports: readonly WitInterface[],
): IsSameResource {
  const implemented = new Map(imports.map(({ id, implements: other }) => [id, other ?? id]));
  return (found, expected) => {
    if (found.name !== expected.name) return false;
    const { name, version } = parseInterfaceId(implemented.get(found.instance) ?? found.instance);
    const served = interfaces.find((candidate) => candidate.name === name && candidate.accepts(version));
    return served?.declared().id === expected.instance;
  };
}

/** What the host has of the same package. */
function servedInstead(name: string, interfaces: readonly HostInterface[]): string {
  const wanted = packageOf(name);
  const served = Map.groupBy(
    interfaces.filter((each) => packageOf(each.name) === wanted),
    (each) => each.name,
  );
  if (served.size === 0) return '';
  const all = [...served].map(([each, versions]) => `${each} (${versionsOf(versions)})`);
  return `; of ${wanted} it serves ${all.join(', ')}`;
}

function versionsOf(interfaces: readonly HostInterface[]): string {
  return interfaces.map(({ versions }) => versions).join(', ');
}

function resolveOnLattice(imported: WitInterface, forms: HandleForms): Resolution {
  const id = imported.implements ?? imported.id;
  if (!linkable.test(id)) {
    return missing(
      imported,
      'an interface outside of any package has no link; move it into a package of your own',
    );
  }
  let calls: LatticeCalls;
  try {
    calls = planLatticeCalls(imported, forms);
  } catch (error) {
    if (!(error instanceof NoWireFormError)) throw error;
    const { name } = parseInterfaceId(id);
    return missing(
      imported,
      `the host does not serve ${name}, and it can't be linked to another component or a provider: ${error.message}`,
    );
  }
  return {
    linked: {
      id: imported.id,
      declared: imported,
      implemented: id,
      onLattice: true,
      givesResources: calls.functions.some((each) => each.givesResources),
      suspends: () => true,
      bind: (context, handles) => bindLatticeCalls(calls, context, handles),
    },
  };
}

function missing(
  { id, functions }: WitInterface,
  advice: string | (() => string),
  wanted: readonly string[] = functions.map(({ name }) => name),
): { readonly missing: MissingImport } {
  return {
    missing: {
      import: id,
      functions: wanted,
      get advice() {
        return typeof advice === 'string' ? advice : advice();
      },
    },
  };
}

function missingFunction({ name }: WitFunction): MissingImport {
  return {
    import: name,
    functions: [],
    advice: 'a function outside of any interface has no link; move it into an interface of your own package',
  };
}

/** What a link names: namespace, package and interface. */
const linkable = /^[^:/]+:[^:/]+\/[^:/]+$/;

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
    this.#handles.begin(context);
  }

  get(id: string): HostImport | undefined {
    const known = this.#bound.get(id);
    if (known !== undefined) return known;
    const linked = this.#linked.get(id);
    if (linked === undefined) return undefined;
    const { intercept } = this.#context;
    const own = linked.bind(this.#context, this.#handles);
    const bound = intercept === undefined ? own : intercept(linked.declared, own);
    this.#bound.set(id, bound);
    return bound;
  }
}
