import { builtinNames, closestWord } from '@wasmlattice/provider-host/config-schema';
import type { NodeReader } from './node-reader.js';

const builtinScheme = 'wasmcloud+builtin';
const schemes = ['file', 'oci', 'http', 'https', builtinScheme];

/** Finds references that no host can mean: an unknown scheme would be the name of a registry, a mistyped built-in provider is none. */
export function checkImage(image: string, node: NodeReader): void {
  const [, scheme, name = ''] = /^([^/]*):\/\/(.*)/s.exec(image) ?? [];
  if (scheme !== undefined && !schemes.includes(scheme)) {
    const meant = closestWord(scheme, schemes);
    node.problem(
      `\`${scheme}://\` is no scheme of images: ` +
        (meant === undefined
          ? 'write `file://PATH`, `wasmcloud+builtin://NAME` or `REGISTRY/NAME:TAG`'
          : `write \`${meant}://\``),
    );
  }
  if (scheme !== builtinScheme) return;
  // A host may have others.
  const meant = builtinNames.includes(name) ? undefined : closestWord(name, builtinNames);
  if (meant !== undefined) {
    node.problem(`there is no built-in provider \`${name}\`: write \`${builtinScheme}://${meant}\``);
  }
}
