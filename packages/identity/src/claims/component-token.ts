import type { SigningKey } from '../signing-key.js';
import { type ComponentMetadata, currentFormatRevision, type Token } from './claims.js';
import { ClaimsError } from './claims-error.js';
import { componentHash, stripTokens } from './component-hash.js';
import { decodeToken, signToken, type TokenContent } from './token.js';
import { findToken, tokenSectionName } from './token-section.js';
import { encodeU32, sectionHeader } from './wasm-sections.js';

/**
 * The token in a component; `undefined` for one that nobody signed. The hash is checked, as far as the token's format has one that
 * counts; signature and times are for `requireValidToken`.
 *
 * @throws ClaimsError when the bytes are no sections, the token does not decode, or it is about other bytes
 */
export async function readComponentToken(bytes: Uint8Array): Promise<Token<'component'> | undefined> {
  const found = findToken(bytes);
  if (found === undefined) return undefined;
  const token = decodeToken('component', textOf(found));
  const { metadata, formatRevision = 0 } = token.claims;
  if (metadata === undefined) {
    throw new ClaimsError('malformed', 'the token in the component says nothing of a component');
  }
  if (formatRevision >= currentFormatRevision) {
    const hash = await componentHash(bytes);
    if (metadata.hash !== hash) {
      throw new ClaimsError(
        'hash',
        `Invalid module hash: the component was changed after it was signed; it has ${hash}, its token ${metadata.hash}`,
      );
    }
  }
  return token;
}

/** What to sign of a component; its hash is found. */
export interface ComponentContent extends Omit<TokenContent<'component'>, 'metadata'> {
  readonly metadata: Omit<ComponentMetadata, 'hash'>;
}

/**
 * A component with a token of its own, in place of those it had.
 *
 * @throws ClaimsError (`binary`) when the bytes are neither a component nor a core module
 */
export async function signComponent(
  bytes: Uint8Array,
  content: ComponentContent,
  issuer: SigningKey,
): Promise<{ readonly bytes: Uint8Array; readonly token: Token<'component'> }> {
  const stripped = stripTokens(bytes);
  const hash = await componentHash(stripped);
  const token = signToken('component', { ...content, metadata: { ...content.metadata, hash } }, issuer);
  const name = Buffer.from(tokenSectionName);
  const section = Buffer.concat([Uint8Array.from(encodeU32(name.length)), name, Buffer.from(token.text)]);
  const signed = Buffer.concat([stripped, sectionHeader(0, section.length), section]);
  return { bytes: new Uint8Array(signed), token };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ClaimsError('malformed', 'the token in the component is not UTF-8', { cause });
  }
}
