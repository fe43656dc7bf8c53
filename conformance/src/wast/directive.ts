import type { Constant } from './constants.js';

/** One command of a `.wast` script. */
export type Directive =
  /** Makes the component, and an instance of it unless it is a mere definition. */
  | {
      readonly kind: 'component';
      readonly name?: string;
      readonly source: ComponentSource;
      readonly isDefinition: boolean;
    }
  /** Makes an instance of an earlier definition, the last one without `of`. */
  | { readonly kind: 'instance'; readonly name?: string; readonly of?: string }
  | { readonly kind: 'invoke'; readonly action: Action }
  | { readonly kind: 'assert-return'; readonly action: Action; readonly expected: readonly Constant[] }
  | { readonly kind: 'assert-trap'; readonly of: Trapping; readonly message: string }
  /** The component must be refused: as text or binary, by validation, or when it is linked. */
  | {
      readonly kind: 'assert-malformed' | 'assert-invalid' | 'assert-unlinkable';
      readonly source: ComponentSource;
      readonly message: string;
    }
  /** Gives the last instance, or a named one, a name that later components import. */
  | { readonly kind: 'register'; readonly as: string; readonly name?: string }
  /** A command for what is no component: a core module, for instance. */
  | { readonly kind: 'other'; readonly keyword: string };

export type DirectiveKind = Directive['kind'];

/** What an `assert_trap` expects to trap: a call, or the start of a component. */
export type Trapping =
  | { readonly kind: 'call'; readonly action: Action }
  | { readonly kind: 'component'; readonly source: ComponentSource }
  | { readonly kind: 'instance'; readonly of?: string };

/** A call of an exported function of the last instance, or of a named one. */
export interface Action {
  readonly instance?: string;
  readonly func: string;
  readonly params: readonly Constant[];
}

export type ComponentSource =
  /** Text of a component, from `(component` on. */
  | { readonly form: 'text'; readonly text: string }
  /** Text that is not expected to be read. */
  | { readonly form: 'quote'; readonly text: string }
  | { readonly form: 'binary'; readonly bytes: Uint8Array };

/** A directive, and the line it begins in, counted from one. */
export interface PlacedDirective {
  readonly line: number;
  readonly directive: Directive;
}
