import { isDeepStrictEqual } from 'node:util';
import type { InterfaceLinkDefinition, Link } from '@wasmlattice/control-interface';
import type { ConfigStore, FollowedConfig } from '../lattice-store/config-store.js';
import type { FollowedSecrets, ResolvedSecrets } from '../secrets/followed-secrets.js';
import { splitNames } from '../secrets/names.js';

/** What became of a link at the provider it was delivered to. */
export type LinkState =
  | { readonly tag: 'pending' }
  /** The provider has this; `definition` is what it was told. */
  | { readonly tag: 'delivered'; readonly definition: InterfaceLinkDefinition }
  | { readonly tag: 'failed'; readonly reason: string };

/** What the values of links come from. */
export interface LinkValueSources {
  readonly configs: Pick<ConfigStore, 'follow'>;
  /** Secrets of the provider that the link is for, whichever side they are given to. */
  readonly secrets: {
    follow(names: readonly string[], onChange: () => void): Promise<FollowedSecrets>;
    /** For that provider alone. */
    seal(secrets: ResolvedSecrets): Uint8Array;
  };
}

/** The values of one side of a link. */
class LinkSide {
  readonly #config: FollowedConfig;
  readonly #secrets: FollowedSecrets;
  readonly #seal: LinkValueSources['secrets']['seal'];
  #sealed: { readonly secrets: ResolvedSecrets; readonly bytes: Uint8Array | undefined } | undefined;

  private constructor(config: FollowedConfig, secrets: FollowedSecrets, sources: LinkValueSources) {
    this.#config = config;
    this.#secrets = secrets;
    this.#seal = (values) => sources.secrets.seal(values);
  }

  static async follow(
    names: readonly string[],
    sources: LinkValueSources,
    onChange: () => void,
  ): Promise<LinkSide> {
    const split = splitNames(names);
    const config = await sources.configs.follow(split.configs, onChange);
    try {
      return new LinkSide(config, await sources.secrets.follow(split.secrets, onChange), sources);
    } catch (error) {
      config.close();
      throw error;
    }
  }

  config(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#config.current());
  }

  /** Sealed once for each change of a value, since no two boxes are alike; absent without any secret. */
  sealedSecrets(): Uint8Array | undefined {
    const secrets = this.#secrets.current();
    if (this.#sealed?.secrets !== secrets) {
      this.#sealed = { secrets, bytes: secrets.size === 0 ? undefined : this.#seal(secrets) };
    }
    return this.#sealed.bytes;
  }

  close(): void {
    this.#config.close();
    this.#secrets.close();
  }
}

/** A link of one provider with configs and secrets of both sides, of which it follows the values. */
export class FollowedLink {
  readonly link: Link;
  readonly #source: LinkSide;
  readonly #target: LinkSide;
  state: LinkState;

  private constructor(link: Link, source: LinkSide, target: LinkSide, state: LinkState) {
    this.link = link;
    this.#source = source;
    this.#target = target;
    this.state = state;
  }

  /**
   * @param onChange called when a value of it may be another, until it is closed
   * @param before what is known of it already
   */
  static async follow(
    link: Link,
    sources: LinkValueSources,
    onChange: () => void,
    before: LinkState = { tag: 'pending' },
  ): Promise<FollowedLink> {
    const source = await LinkSide.follow(link.sourceConfig, sources, onChange);
    try {
      return new FollowedLink(
        link,
        source,
        await LinkSide.follow(link.targetConfig, sources, onChange),
        before,
      );
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /**
   * The link with the values of this moment, as providers get it.
   *
   * @throws ConfigStoreError naming a config that is missing, SecretsError
   */
  definition(): InterfaceLinkDefinition {
    const [sourceSecrets, targetSecrets] = [this.#source.sealedSecrets(), this.#target.sealedSecrets()];
    return {
      ...this.link,
      sourceConfig: this.#source.config(),
      targetConfig: this.#target.config(),
      ...(sourceSecrets !== undefined && { sourceSecrets }),
      ...(targetSecrets !== undefined && { targetSecrets }),
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
