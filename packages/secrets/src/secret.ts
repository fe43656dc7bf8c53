import { inspect, isDeepStrictEqual } from 'node:util';

/** The value of a secret, in clear. */
export type SecretContent =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array };

const redacted = '<redacted>';

/**
 * A secret that shows itself to nobody by accident: as text, as JSON and when it is inspected it is `<redacted>`, and a copy that
 * crosses threads is empty.
 */
export class Secret {
  readonly #content: SecretContent;

  constructor(content: SecretContent) {
    this.#content = content;
  }

  static ofText(value: string): Secret {
    return new Secret({ kind: 'string', value });
  }

  /** As upstream's backends tell them apart: what is UTF-8 is a string, anything else is bytes. */
  static ofBytes(value: Uint8Array): Secret {
    try {
      return Secret.ofText(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value));
    } catch {
      return new Secret({ kind: 'bytes', value });
    }
  }

  /** The value. Whoever asks answers for where it goes. */
  reveal(): SecretContent {
    return this.#content;
  }

  /** The value as it is stored: text as UTF-8. */
  revealBytes(): Uint8Array {
    const { kind, value } = this.#content;
    return kind === 'string' ? new TextEncoder().encode(value) : value;
  }

  equals(other: Secret): boolean {
    return isDeepStrictEqual(this.#content, other.#content);
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  static {
    Object.defineProperty(Secret.prototype, inspect.custom, { value: () => redacted });
  }
}
