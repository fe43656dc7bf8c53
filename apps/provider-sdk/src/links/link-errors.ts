/** A link by who calls and the link's name; a {@link ProviderCall} is one. */
export interface LinkName {
  /** The component at the other end. */
  readonly sourceId: string;
  readonly linkName: string;
}

/** No link leads from the component to the provider; the message names both, and those that there are. */
export class NotLinkedError extends Error {
  override readonly name = 'NotLinkedError';

  /**
   * @param others names of the links that the component has
   * @param wit what the link is to be for: `wasi:keyvalue`
   */
  constructor({ sourceId, linkName }: LinkName, others: readonly string[], wit: string | undefined) {
    const known = others.length === 0 ? '' : `; it has ${others.join(', ')}`;
    const purpose = wit === undefined ? '' : ` for ${wit}`;
    super(
      `component ${sourceId} has no link named ${linkName} to this provider${known}: put one${purpose} from it to the provider`,
    );
  }
}

/** The link is there and can't be used; `cause` is what opening it threw. */
export class LinkFailedError extends Error {
  override readonly name = 'LinkFailedError';

  constructor({ sourceId, linkName }: LinkName, reason: string, options: ErrorOptions) {
    super(`the link named ${linkName} of component ${sourceId} can't be used: ${reason}`, options);
  }
}
