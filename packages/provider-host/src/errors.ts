import type { LinkIdentity } from './protocol/index.js';

/** A provider could not be started; the message names it and what to check. */
export class ProviderStartError extends Error {
  override readonly name = 'ProviderStartError';
  readonly providerId: string;

  constructor(providerId: string, message: string, options?: ErrorOptions) {
    super(`could not start provider ${providerId}: ${message}`, options);
    this.providerId = providerId;
  }
}

/** The config given to a provider can't be used; the message names the key and what it may be. */
export class ProviderConfigError extends Error {
  override readonly name = 'ProviderConfigError';
}

/** New secrets are of no use to a provider; the message says why, and none of their values. */
export class ProviderSecretsError extends Error {
  override readonly name = 'ProviderSecretsError';
}

/** A provider refused a link; the message names the link and what to check. */
export class ProviderLinkError extends Error {
  override readonly name = 'ProviderLinkError';
  readonly link: LinkIdentity;

  constructor(link: LinkIdentity, message: string, options?: ErrorOptions) {
    super(`${describeLink(link)}: ${message}`, options);
    this.link = link;
  }
}

/** `link default (http-server -> hello)`: how a link is named in messages. */
export function describeLink(link: Pick<LinkIdentity, 'name' | 'sourceId' | 'target'>): string {
  return `link ${link.name} (${link.sourceId} -> ${link.target})`;
}
