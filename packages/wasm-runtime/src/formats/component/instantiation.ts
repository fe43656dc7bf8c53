import type { WitField, WitFunction, WitResource, WitType } from '@wasmlattice/rpc';
import type { ComponentTypes } from '../../engines/engine.js';
import type {
  BuiltinNode,
  CancelCopyBuiltin,
  CopyBuiltin,
  CoreSort,
  EndBuiltin,
  ResourceBuiltin,
  StringEncoding,
} from './binary/nodes.js';

export type { CoreSort, ResourceBuiltin, StringEncoding };

// What it takes to instantiate a component: its core modules, and how they are wired to each other, to the imports and
// to the exports. All indices of the binary are looked up.

/** A function's type, with resources as one part knows them; its name belongs to whoever exports it. */
export interface FunctionType {
  readonly params: readonly WitField[];
  readonly result: WitType | undefined;
  readonly async: boolean;
}

/** A function of a component as a core function of one of its parts. */
export type LoweredItem =
  /** An import of the whole component. */
  | {
      readonly kind: 'lower';
      /** The part that calls, by its place in {@link Instantiation.parts}. */
      readonly part: number;
      readonly func: ImportedFunction;
      /** As the caller sees it. */
      readonly type: FunctionType;
      readonly options: CoreOptions;
    }
  /** A function of another part, or of the same. */
  | {
      readonly kind: 'call';
      /** The part that calls. */
      readonly part: number;
      /** As the caller sees it. */
      readonly type: FunctionType;
      readonly lift: Lift;
      /** Of the caller. */
      readonly options: CoreOptions;
    };

/** Something of the core language that exists once for each instance of the component. */
export type CoreItem =
  /** An export of a core instance, by its place in {@link Instantiation.instances}. */
  | {
      readonly kind: 'export';
      readonly sort: CoreSort;
      readonly instance: number;
      readonly name: string;
    }
  | LoweredItem
  | {
      readonly kind: 'resource';
      /** The part that calls. */
      readonly part: number;
      readonly builtin: ResourceBuiltin;
      readonly resource: WitResource;
    }
  | {
      readonly kind: 'builtin';
      /** The part that calls. */
      readonly part: number;
      readonly builtin: AsyncBuiltin;
    }
  /** Needs what {@link Instantiation.obstacle} names. */
  | { readonly kind: 'unsupported' };

/** The canonical options of one lift or lower. */
export interface CoreOptions {
  readonly encoding: StringEncoding;
  readonly memory?: CoreItem;
  readonly realloc?: CoreItem;
  readonly postReturn?: CoreItem;
  /** Whether the option `async` is there. */
  readonly async?: boolean;
  readonly callback?: CoreItem;
}

/** A canonical built-in of asynchronous components. */
export type AsyncBuiltin =
  | Exclude<
      BuiltinNode,
      | { readonly type: number }
      | { readonly options: object }
      | { readonly memory: number }
      | { readonly table: number }
    >
  | { readonly name: 'task.return'; readonly result: WitType | undefined; readonly options: CoreOptions }
  | { readonly name: EndBuiltin; readonly type: EndType }
  | { readonly name: CopyBuiltin; readonly type: EndType; readonly options: CoreOptions }
  | { readonly name: CancelCopyBuiltin; readonly type: EndType; readonly async: boolean }
  | { readonly name: 'error-context.new' | 'error-context.debug-message'; readonly options: CoreOptions }
  | {
      readonly name: 'waitable-set.wait' | 'waitable-set.poll';
      readonly cancellable: boolean;
      readonly memory: CoreItem;
    }
  | { readonly name: 'thread.new-indirect'; readonly table: CoreItem };

/** The type of a stream or future. */
export type EndType = Extract<WitType, { readonly kind: 'stream' | 'future' }>;

/** A function the component imports; `instance` is the verbatim import id, `''` for a function of the world itself. */
export interface ImportedFunction {
  readonly instance: string;
  readonly func: WitFunction;
}

/** A core function as a function of the component. */
export interface Lift {
  /** The part that is called. */
  readonly part: number;
  /** As that part sees it. */
  readonly type: FunctionType;
  readonly core: CoreItem;
  readonly options: CoreOptions;
}

/** A function the component exports; `instance` is the verbatim export id, `''` for a function of the world itself. */
export interface ExportedFunction {
  readonly instance: string;
  readonly func: WitFunction;
  readonly source: FunctionSource;
}

/** What runs when a function is called: code of a part, or what the host gives. */
export type FunctionSource =
  | { readonly kind: 'lift'; readonly lift: Lift }
  | { readonly kind: 'import'; readonly imported: ImportedFunction };

export type CoreInstance =
  | {
      readonly kind: 'instantiate';
      /** Place in {@link Instantiation.modules}. */
      readonly module: number;
      /** Place in {@link Instantiation.instances} of the instance behind each module name. */
      readonly args: ReadonlyMap<string, number>;
    }
  | { readonly kind: 'exports'; readonly items: ReadonlyMap<string, CoreItem> };

/**
 * What the specification calls a component instance: one component of those that a composed one consists of, once for each time that it is
 * instantiated.
 */
export interface InstantiatedPart {
  /** What instantiates it; the outermost has none. */
  readonly parent: number | undefined;
}

/** A resource type the component defines itself. */
export interface DefinedResource {
  /** The part that defines it, whose resources of the type all are. */
  readonly part: number;
  readonly destructor: CoreItem | undefined;
}

export interface Instantiation {
  readonly types: ComponentTypes;
  /** The binaries of the core modules: views, nothing is copied. */
  readonly modules: readonly Uint8Array[];
  /** In the order in which they are to be instantiated; each refers to earlier ones only. */
  readonly instances: readonly CoreInstance[];
  /** Every function that is lowered anywhere. */
  readonly lowered: readonly LoweredItem[];
  /** Those that call, are called or define resources, and what they are in; a component without code has none. */
  readonly parts: readonly InstantiatedPart[];
  readonly exports: readonly ExportedFunction[];
  readonly definedResources: ReadonlyMap<WitResource, DefinedResource>;
  readonly importedResources: ReadonlySet<WitResource>;
  /** Resource types that a part must not know to be another one, and which one each is. */
  readonly resourceViews: ReadonlyMap<WitResource, WitResource>;
  /**
   * The first thing the component needs beyond one set of core modules with synchronous functions. The rest of this
   * object is incomplete then.
   */
  readonly obstacle: string | undefined;
}
