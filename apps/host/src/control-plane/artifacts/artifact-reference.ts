import { fileURLToPath } from 'node:url';

/** Where the bytes of a component or provider come from. */
export type ArtifactReference =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'oci'; readonly image: string };

/** A reference that no form of docs/spec/security.md#6.1 fits. */
export class ArtifactReferenceError extends Error {
  override readonly name = 'ArtifactReferenceError';
}

const builtinScheme = 'wasmcloud+builtin://';

/**
 * Parses a reference of a control command. An absolute path without scheme is a file too: upstream takes it for
 * an OCI reference that can never exist.
 */
export function parseArtifactReference(reference: string): ArtifactReference {
  if (reference === '') {
    throw new ArtifactReferenceError(
      'the image reference is empty: give file:///absolute/path.wasm, an absolute path, or an OCI reference',
    );
  }
  if (reference.startsWith('file://')) return { kind: 'file', path: filePath(reference) };
  if (reference.startsWith('/')) return { kind: 'file', path: reference };
  if (reference.startsWith(builtinScheme))
    return { kind: 'builtin', name: reference.slice(builtinScheme.length) };
  return { kind: 'oci', image: reference.replace(/^(oci|https?):\/\//, '') };
}

/**
 * The reference as inventories and events show it for providers: scheme removed
 * (docs/spec/control-interface.md#2.2).
 */
export function normalizeProviderReference(reference: string): string {
  const parsed = parseArtifactReference(reference);
  switch (parsed.kind) {
    case 'file':
      return parsed.path;
    case 'builtin':
      return parsed.name;
    case 'oci':
      return parsed.image;
  }
}

function filePath(reference: string): string {
  try {
    return fileURLToPath(reference);
  } catch (cause) {
    throw new ArtifactReferenceError(
      `'${reference}' does not name a local file: write file:///absolute/path, with three slashes`,
      { cause },
    );
  }
}
