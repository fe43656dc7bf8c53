/** What a component may use of WebAssembly, under wasmparser's name of it. */
export interface Feature {
  /** Whether components may use it. */
  readonly on: boolean;
  /** What a person calls it: the end of "this component uses …". */
  readonly title: string;
}

const on = (title: string): Feature => ({ on: true, title });
const off = (title: string): Feature => ({ on: false, title });

/**
 * All features that this build of wasmparser tells apart. On is what V8 of Node.js 26 compiles and the engines carry out, or refuse by
 * themselves with more to say.
 */
export const features: Readonly<Record<string, Feature>> = {
  MUTABLE_GLOBAL: on('mutable globals that are imported or exported'),
  SATURATING_FLOAT_TO_INT: on('saturating conversions'),
  SIGN_EXTENSION: on('sign extension'),
  CALL_INDIRECT_OVERLONG: on('long encodings of tables in indirect calls'),
  REFERENCE_TYPES: on('reference types'),
  MULTI_VALUE: on('several results'),
  BULK_MEMORY_OPT: on('memory.copy and memory.fill'),
  BULK_MEMORY: on('bulk memory operations'),
  SIMD: on('vectors'),
  RELAXED_SIMD: on('relaxed vectors'),
  // Atomic instructions on memories that are not shared; shared ones are SHARED_MEMORY.
  THREADS: on('atomic instructions'),
  TAIL_CALL: on('tail calls'),
  FLOATS: on('floating-point numbers'),
  MULTI_MEMORY: on('several memories in a core module'),
  EXCEPTIONS: on('exceptions'),
  LEGACY_EXCEPTIONS: on('exceptions in their first form'),
  MEMORY64: on('64-bit memories'),
  EXTENDED_CONST: on('arithmetic in constants'),
  COMPONENT_MODEL: on('the component model'),
  FUNCTION_REFERENCES: on('typed function references'),
  GC_TYPES: on('references to host values'),
  CM_ASYNC: on('asynchronous functions, streams and futures'),
  CM_ASYNC_STACKFUL: on('asynchronous functions that wait on their stack'),
  CM_MORE_ASYNC_BUILTINS: on('further asynchronous built-ins'),
  CM_ERROR_CONTEXT: on('error contexts'),
  CM_FIXED_LENGTH_LISTS: on('lists of a fixed length'),
  CM_MAP: on('maps'),
  CM_THREADING: on('threads of components'),
  CM_IMPLEMENTS: on('names of the interface that an import implements'),
  CM64: on('64-bit memories in canonical functions'),

  // Objects in the heap of the host's thread, which nothing can bound.
  GC: off('objects of the garbage collection proposal'),
  CM_GC: off('garbage-collected values in canonical functions'),
  // A component has one thread, which would wait for ever.
  SHARED_MEMORY: off('shared memories'),
  SHARED_EVERYTHING_THREADS: off('threads that share everything'),
  CM_VALUES: off('values as imports and exports of components'),
  // The specification has it for later.
  CM_NESTED_NAMES: off('nested namespaces and packages in names'),
  CM_CANON_NAMES: off('names with a suffix of their version'),
  CM_FORWARD: off('streams and futures that are forwarded'),
  CM_ACCESSORS: off('properties with get and set functions'),
  // What this version of wasmparser refuses by a newer text of the specification than other tools have.
  CANCELLABLE: off('the option `cancellable` of built-ins, which the specification has given up'),
  NAMES_THAT_DIFFER_IN_DASHES: off('names that are the same but for their dashes'),
  // What V8 of Node.js 26.10 does not compile.
  MEMORY_CONTROL: off('memory control'),
  CUSTOM_PAGE_SIZES: off('memories with pages of their own size'),
  STACK_SWITCHING: off('stack switching'),
  WIDE_ARITHMETIC: off('128-bit arithmetic'),
  CUSTOM_DESCRIPTORS: off('custom descriptors'),
  COMPACT_IMPORTS: off('import sections in their compact form'),
  ACQUIRE_RELEASE_ATOMICS: off('atomic instructions with an order of acquire and release'),
  MULTIBYTE_ARRAY_ACCESS: off('arrays that are read by several bytes'),
};

/** What wasmparser is told; a shared memory is a part of its `THREADS`, and is looked for apart. */
export const featuresOn: readonly string[] = Object.keys(features).filter((name) => features[name]?.on);

/** What a person calls a feature; of one that is not listed, its name. */
export function featureTitle(name: string): string {
  return Object.hasOwn(features, name) ? (features[name]?.title ?? name) : name;
}

/** Whether components may use it; what is not listed they may not. */
export function isFeatureOn(name: string): boolean {
  return featuresOn.includes(name);
}
