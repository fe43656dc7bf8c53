import { ClaimsError, publicKeyKind, requireValidToken, type Token } from '@wasmlattice/identity';
import type { Logger } from '@wasmlattice/telemetry';

/**
 * What a host asks of tokens. `valid`: those that are there must count. `as-signed`: those of components alone, as wasmCloud 1.9 never checks
 * those of providers. `required`: everything must be signed.
 */
export type SignatureDemand = 'valid' | 'as-signed' | 'required';

export interface SignatureRulesOptions {
  readonly demand: SignatureDemand;
  /** Accounts whose signature counts; `undefined`: any signature does. */
  readonly allowedIssuers: readonly string[] | undefined;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** A component or provider that may not run here for what its token says, or for having none. */
export class SignatureRefusedError extends Error {
  override readonly name = 'SignatureRefusedError';
}

/** Decides by its token whether an artifact may run here. */
export interface SignatureRules {
  /** @throws SignatureRefusedError or ClaimsError */
  admitComponent(reference: string, token: Token<'component'> | undefined): void;
  /** @throws SignatureRefusedError or ClaimsError */
  admitProvider(reference: string, token: Token<'provider'> | undefined): void;
}

export function createSignatureRules(options: SignatureRulesOptions): SignatureRules {
  const { allowedIssuers, now, logger } = options;
  // Nothing without a signature comes from an allowed issuer.
  const demand = allowedIssuers === undefined ? options.demand : 'required';
  const allowed = new Set(allowedIssuers);

  const requireToken = (reference: string, token: Token | undefined, advice: string): void => {
    if (token !== undefined || demand !== 'required') return;
    const because = allowedIssuers === undefined ? '--signatures required' : '--allowed-issuers';
    throw new SignatureRefusedError(
      `'${reference}' is not signed, and this host was started with ${because}: ${advice}`,
    );
  };

  const requireIssuer = (reference: string, { claims }: Token): void => {
    if (allowedIssuers === undefined) {
      if (publicKeyKind(claims.issuer) !== 'account') {
        logger.warn('what signed an artifact is no account key', { reference, issuer: claims.issuer });
      }
      return;
    }
    if (allowed.has(claims.issuer)) return;
    throw new SignatureRefusedError(
      `'${reference}' is signed by ${claims.issuer}, which is not among the --allowed-issuers of this host`,
    );
  };

  const admit = (reference: string, token: Token | undefined, advice: string): void => {
    requireToken(reference, token, advice);
    if (token === undefined) return;
    requireValidToken(token, now());
    requireIssuer(reference, token);
  };

  return {
    admitComponent: (reference, token) =>
      admit(reference, token, 'sign it with `wasmlattice claims sign FILE`'),

    admitProvider(reference, token) {
      const advice = 'put it into an archive with `wasmlattice par create`';
      if (demand !== 'as-signed') {
        admit(reference, token, advice);
        return;
      }
      try {
        admit(reference, token, advice);
      } catch (error) {
        if (!(error instanceof ClaimsError)) throw error;
        logger.warn('the token of a provider does not count; it runs all the same, as on wasmCloud 1.9', {
          reference,
          error,
          setting: '--signatures valid',
        });
      }
    },
  };
}
