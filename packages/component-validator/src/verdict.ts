import type { CountedLimit } from './limits.js';

/** Where in a file something is. */
export interface Place {
  /** From the outermost on, without the file itself: `['component 0', 'core module 1']`. */
  readonly parts: readonly string[];
  /** `import section` */
  readonly section: string;
  /** Index of the function in its core module, where it is in one. */
  readonly function?: number | undefined;
  /** As the core module's section of names has it. */
  readonly functionName?: string | undefined;
}

export interface MemoryReport {
  readonly imported: boolean;
  readonly bits: 32 | 64;
  /** At first. */
  readonly bytes: number;
  /** As declared. */
  readonly mostBytes?: number | undefined;
}

export interface CoreModuleReport {
  readonly bytes: number;
  readonly functions: number;
  readonly tables: number;
  readonly memories: readonly MemoryReport[];
}

/** What a component is made of. */
export interface ComponentReport {
  readonly coreModules: readonly CoreModuleReport[];
  /** Components within it. */
  readonly components: number;
  /** Bytes of custom sections, such as names. */
  readonly customBytes: number;
  /** Those without which it would not be valid, on or off, as `features` names them. */
  readonly features: readonly string[];
}

export type Verdict =
  | { readonly kind: 'valid'; readonly report?: ComponentReport | undefined }
  /** It breaks a rule of the format. */
  | {
      readonly kind: 'invalid';
      /** What was expected, without a full stop. */
      readonly message: string;
      /** In the file, in bytes. */
      readonly offset: number;
      readonly place: Place;
    }
  /** It is valid, but uses what is off. */
  | {
      readonly kind: 'unsupported';
      /** At least one, as `features` names them. */
      readonly features: readonly string[];
      /** Of the first use, in bytes. */
      readonly offset: number;
      readonly place: Place;
      readonly report?: ComponentReport | undefined;
    }
  /** It has more of something than it may have; whether it is valid was not found out. */
  | {
      readonly kind: 'limit';
      readonly limit: CountedLimit;
      readonly found: number;
      readonly allowed: number;
      readonly place: Place;
    }
  /** Validation came to no end within its bounds: `allowed` is in ms or bytes; a `stack` has no figure. */
  | {
      readonly kind: 'exhausted';
      readonly resource: 'time' | 'memory' | 'stack';
      readonly allowed?: number | undefined;
    };

/** Parts beyond these are counted: deeper ones are no place that anybody would look for by number. */
const mostParts = 4;

/** `core module 1 of component 0, code section, function 12 (alloc)` */
export function describePlace({ parts, section, function: index, functionName }: Place): string {
  const inner = parts.slice(-mostParts).reverse();
  const outer = parts.length - inner.length;
  const part = [...inner, ...(outer > 0 ? [`${outer} more`] : [])].join(' of ');
  const name = functionName === undefined ? '' : ` (${functionName})`;
  return [part, section, index === undefined ? '' : `function ${index}${name}`].filter(Boolean).join(', ');
}
