import { checkComponentId, checkLatticeName, InvalidNameError, isComponentId } from './names.js';

/** `LATTICEDATA_{lattice}`: the KV bucket of component specs and claims (docs/spec/lattice-data.md#1). */
export function latticeDataBucket(lattice: string): string {
  return `LATTICEDATA_${checkLatticeName(lattice)}`;
}

/**
 * `CONFIGDATA_{lattice}`: the KV bucket of named configs; the key is the config's name
 * (docs/spec/lattice-data.md#1).
 */
export function configDataBucket(lattice: string): string {
  return `CONFIGDATA_${checkLatticeName(lattice)}`;
}

/** `COMPONENT_{id}`: the key of a component's or provider's spec (docs/spec/lattice-data.md#2). */
export function componentSpecKey(id: string): string {
  return `COMPONENT_${checkComponentId(id)}`;
}

/** `CLAIMS_{subject}`: the key of stored claims (docs/spec/lattice-data.md#3). */
export function claimsKey(subject: string): string {
  if (!isComponentId(subject)) {
    throw new InvalidNameError('subject of claims', subject, 'use a public key, as signing tools do');
  }
  return `CLAIMS_${subject}`;
}

/** What a key of the `LATTICEDATA` bucket holds. `legacy` entries of earlier versions are skipped without a warning. */
export type LatticeDataKey =
  | { readonly kind: 'component'; readonly id: string }
  | { readonly kind: 'claims'; readonly subject: string }
  | { readonly kind: 'legacy' }
  | { readonly kind: 'unknown' };

/** The inverse of {@link componentSpecKey} and {@link claimsKey}: splits at the first underscore only. */
export function parseLatticeDataKey(key: string): LatticeDataKey {
  const at = key.indexOf('_');
  const kind = at < 0 ? key : key.slice(0, at);
  const rest = at < 0 ? '' : key.slice(at + 1);
  switch (kind) {
    case 'COMPONENT':
      return rest === '' ? { kind: 'unknown' } : { kind: 'component', id: rest };
    case 'CLAIMS':
      return rest === '' ? { kind: 'unknown' } : { kind: 'claims', subject: rest };
    case 'LINKDEF':
    case 'REFMAP':
      return { kind: 'legacy' };
    default:
      return { kind: 'unknown' };
  }
}
