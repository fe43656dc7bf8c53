import type { PrimitiveKind } from '@wasmlattice/rpc';

// What the file says, before any index is looked up. Definitions keep the order of the file, because every index
// refers to what came before it.

/** What an index refers to. Of the core language, modules only cross borders of components; all else is `core` and takes no part. */
export type Sort = 'core' | 'core-module' | 'func' | 'value' | 'type' | 'component' | 'instance';

/** What a core instance exports. */
export type CoreSort = 'func' | 'table' | 'memory' | 'global' | 'tag';

export type StringEncoding = 'utf8' | 'utf16' | 'latin1+utf16';

/** Indices are those of core items. */
export interface CanonOptionsNode {
  readonly encoding: StringEncoding;
  readonly memory?: number;
  readonly realloc?: number;
  readonly postReturn?: number;
  /** Whether the option `async` is there. */
  readonly async?: boolean;
  readonly callback?: number;
  /** The name of an option that nothing here goes by. */
  readonly other?: string;
}

export type ResourceBuiltin = 'new' | 'drop' | 'rep';

/** A built-in without immediates. */
export type PlainBuiltin =
  | 'backpressure.inc'
  | 'backpressure.dec'
  | 'task.cancel'
  | 'subtask.drop'
  | 'waitable-set.new'
  | 'waitable-set.drop'
  | 'waitable.join'
  | 'error-context.drop'
  | 'thread.index'
  | 'thread.resume-later';

/** A built-in that waits, and says whether a cancellation of its task ends the wait. */
export type SwitchBuiltin =
  | 'thread.yield'
  | 'thread.suspend'
  | 'thread.suspend-then-resume'
  | 'thread.yield-then-resume'
  | 'thread.suspend-then-promote'
  | 'thread.yield-then-promote';

export type StreamOrFuture = 'stream' | 'future';

/** Operations on the ends of streams and futures. */
export type EndBuiltin = `${StreamOrFuture}.${'new' | 'drop-readable' | 'drop-writable'}`;
export type CopyBuiltin = `${StreamOrFuture}.${'read' | 'write'}`;
export type CancelCopyBuiltin = `${StreamOrFuture}.${'cancel-read' | 'cancel-write'}`;

/** A canonical built-in of asynchronous components, with its immediates. */
export type BuiltinNode =
  | { readonly name: PlainBuiltin }
  | { readonly name: SwitchBuiltin; readonly cancellable: boolean }
  | {
      readonly name: 'task.return';
      readonly result: ValTypeNode | undefined;
      readonly options: CanonOptionsNode;
    }
  | { readonly name: 'context.get' | 'context.set'; readonly width: 'i32' | 'i64'; readonly slot: number }
  | { readonly name: 'subtask.cancel'; readonly async: boolean }
  | { readonly name: EndBuiltin; readonly type: number }
  | { readonly name: CopyBuiltin; readonly type: number; readonly options: CanonOptionsNode }
  | { readonly name: CancelCopyBuiltin; readonly type: number; readonly async: boolean }
  | { readonly name: 'error-context.new' | 'error-context.debug-message'; readonly options: CanonOptionsNode }
  | {
      readonly name: 'waitable-set.wait' | 'waitable-set.poll';
      readonly cancellable: boolean;
      readonly memory: number;
    }
  | { readonly name: 'thread.new-indirect'; readonly table: number };

/** A value type in place: a primitive, or the index of a type. */
export type ValTypeNode = PrimitiveKind | number;

export interface FieldNode {
  readonly name: string;
  readonly type: ValTypeNode;
}

export interface CaseNode {
  readonly name: string;
  readonly type: ValTypeNode | undefined;
}

export interface FuncTypeNode {
  readonly kind: 'func';
  readonly async: boolean;
  readonly params: readonly FieldNode[];
  readonly result: ValTypeNode | undefined;
}

export type DefinedTypeNode =
  | { readonly kind: 'primitive'; readonly primitive: PrimitiveKind }
  | { readonly kind: 'record'; readonly fields: readonly FieldNode[] }
  | { readonly kind: 'variant'; readonly cases: readonly CaseNode[] }
  | { readonly kind: 'list'; readonly element: ValTypeNode }
  | { readonly kind: 'fixed-list'; readonly element: ValTypeNode; readonly length: number }
  | { readonly kind: 'map'; readonly key: ValTypeNode; readonly value: ValTypeNode }
  | { readonly kind: 'tuple'; readonly items: readonly ValTypeNode[] }
  | { readonly kind: 'flags'; readonly flags: readonly string[] }
  | { readonly kind: 'enum'; readonly cases: readonly string[] }
  | { readonly kind: 'option'; readonly some: ValTypeNode }
  | { readonly kind: 'result'; readonly ok: ValTypeNode | undefined; readonly err: ValTypeNode | undefined }
  | { readonly kind: 'own'; readonly resource: number }
  | { readonly kind: 'borrow'; readonly resource: number }
  | { readonly kind: 'stream'; readonly element: ValTypeNode | undefined }
  | { readonly kind: 'future'; readonly value: ValTypeNode | undefined };

export type TypeNode =
  | DefinedTypeNode
  | FuncTypeNode
  /** The destructor is a core function. */
  | { readonly kind: 'resource'; readonly destructor: number | undefined }
  | { readonly kind: 'component'; readonly definitions: readonly Definition[] }
  | { readonly kind: 'instance'; readonly definitions: readonly Definition[] };

/** What an import asks for or an export offers. */
export type ExternNode =
  | { readonly sort: 'core-module' }
  | { readonly sort: 'value' }
  | { readonly sort: 'func'; readonly type: number }
  | { readonly sort: 'type'; readonly equals: number | undefined }
  | { readonly sort: 'component'; readonly type: number }
  | { readonly sort: 'instance'; readonly type: number };

export interface Reference {
  readonly sort: Sort;
  readonly index: number;
}

export interface NamedReference extends Reference {
  readonly name: string;
}

export type DefinitionBody =
  | { readonly kind: 'type'; readonly type: TypeNode }
  | { readonly kind: 'component'; readonly definitions: readonly Definition[] }
  | { readonly kind: 'instantiate'; readonly component: number; readonly args: readonly NamedReference[] }
  | { readonly kind: 'inline-instance'; readonly exports: readonly NamedReference[] }
  | { readonly kind: 'alias-export'; readonly sort: Sort; readonly instance: number; readonly name: string }
  | { readonly kind: 'alias-outer'; readonly sort: Sort; readonly count: number; readonly index: number }
  | {
      readonly kind: 'lift';
      readonly func: number;
      readonly options: CanonOptionsNode;
      readonly type: number;
    }
  | { readonly kind: 'lower'; readonly func: number; readonly options: CanonOptionsNode }
  | { readonly kind: 'resource-builtin'; readonly builtin: ResourceBuiltin; readonly resource: number }
  /** A canonical built-in of asynchronous components: a core function. */
  | { readonly kind: 'builtin'; readonly builtin: BuiltinNode }
  /** One that nothing here goes by. */
  | { readonly kind: 'other-builtin'; readonly name: string }
  | { readonly kind: 'values'; readonly count: number }
  | { readonly kind: 'start'; readonly count: number }
  /** Defines a core type or something else that nothing here refers to. */
  | { readonly kind: 'core' }
  | { readonly kind: 'core-module'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'core-instantiate';
      readonly module: number;
      readonly args: readonly { readonly name: string; readonly instance: number }[];
    }
  | {
      readonly kind: 'core-inline-instance';
      readonly exports: readonly { readonly name: string; readonly sort: CoreSort; readonly index: number }[];
    }
  | {
      readonly kind: 'core-alias';
      readonly sort: CoreSort;
      readonly instance: number;
      readonly name: string;
    }
  | {
      readonly kind: 'import';
      readonly name: string;
      /** The interface that an instance with a name of its own stands for. */
      readonly implements: string | undefined;
      readonly extern: ExternNode;
    }
  /** An export of a component: what it refers to, and the type it is to be seen as. */
  | {
      readonly kind: 'export';
      readonly name: string;
      readonly target: Reference;
      readonly extern: ExternNode | undefined;
    }
  /** An export promised by a component or instance type. */
  | { readonly kind: 'export-type'; readonly name: string; readonly extern: ExternNode };

/** One definition and where it starts in the file. */
export type Definition = DefinitionBody & { readonly offset: number };
