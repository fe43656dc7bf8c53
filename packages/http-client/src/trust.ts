import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/** Which certificates are trusted, as plain data. */
export interface TrustSettings {
  /** Certificates of further authorities, PEM. */
  readonly authorities?: readonly string[];
  /** Whether those that come with Node.js count, and those its own flags and variables name; by default they do. */
  readonly defaults?: boolean;
}

/**
 * The certificates a thread trusts: read once, at the first request over TLS, since reading some hundred takes tens of milliseconds.
 */
export class Trust {
  readonly #settings: TrustSettings;
  #context: SecureContext | undefined;

  constructor(settings: TrustSettings = {}) {
    this.#settings = settings;
  }

  /** `undefined` for what node trusts by itself. */
  get context(): SecureContext | undefined {
    const { authorities = [], defaults = true } = this.#settings;
    if (authorities.length === 0 && defaults) return undefined;
    this.#context ??= createSecureContext({
      ca: [...(defaults ? getCACertificates('default') : []), ...authorities],
    });
    return this.#context;
  }
}
