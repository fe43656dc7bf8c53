import { isDeepStrictEqual } from 'node:util';
import type { InterfaceLinkDefinition, Link } from '@wasmlattice/control-interface';
import type { ConfigStore, FollowedConfig } from '../lattice-store/config-store.js';

/** What became of a link at the provider it was delivered to. */
export type LinkState =
  | { readonly tag: 'pending' }
  /** The provider has this; `definition` is what it was told. */
  | { readonly tag: 'delivered'; readonly definition: InterfaceLinkDefinition }
  | { readonly tag: 'failed'; readonly reason: string };

/** A link of one provider and its configs of both sides, of which it follows the values. */
export class FollowedLink {
  readonly link: Link;
  readonly #source: FollowedConfig;
  readonly #target: FollowedConfig;
  state: LinkState;

  private constructor(link: Link, source: FollowedConfig, target: FollowedConfig, state: LinkState) {
    this.link = link;
    this.#source = source;
    this.#target = target;
    this.state = state;
  }

  /**
   * @param onChange called when a value of its configs may be another, until it is closed
   * @param before what is known of it already
   */
  static async follow(
    link: Link,
    configs: Pick<ConfigStore, 'follow'>,
    onChange: () => void,
    before: LinkState = { tag: 'pending' },
  ): Promise<FollowedLink> {
    const source = await configs.follow(link.sourceConfig, onChange);
    try {
      return new FollowedLink(link, source, await configs.follow(link.targetConfig, onChange), before);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /**
   * The link with the values of this moment, as providers get it.
   *
   * @throws ConfigStoreError naming a config that is missing
   */
  definition(): InterfaceLinkDefinition {
    return {
      ...this.link,
      sourceConfig: Object.fromEntries(this.#source.current()),
      targetConfig: Object.fromEntries(this.#target.current()),
    };
  }

  /** Whether the provider has just this. */
  has(definition: InterfaceLinkDefinition): boolean {
    return this.state.tag === 'delivered' && isDeepStrictEqual(this.state.definition, definition);
  }

  close(): void {
    this.#source.close();
    this.#target.close();
  }
}
