/** What became of a message that was handed to a component. */
export type Outcome =
  | { readonly kind: 'handled' }
  /** The component has looked at it and answered with an error. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The call broke: the component trapped, took too long, or ended with its host. It may have done its work, or a part. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** No component saw it: none runs, or all that run are full. */
  | { readonly kind: 'unheard'; readonly error: unknown };

/** An outcome that another attempt may change. */
export type Failure = Extract<Outcome, { readonly kind: 'refused' | 'failed' }>;
