import { closestWord } from '@wasmlattice/provider-host/config-schema';
import type { NodeReader } from './node-reader.js';

const schemes = ['file', 'oci', 'http', 'https', 'wasmcloud+builtin'];
const builtinScheme = 'wasmcloud+builtin://';
/** Of wasmCloud's hosts and ours; a host may have others. */
const builtins = ['http-server', 'http-client', 'messaging-nats'];

/** Finds references that no host can mean: an unknown scheme would be the name of a registry, a mistyped built-in provider is none. */
export function checkImage(image: string, node: NodeReader): void {
  const [, scheme] = /^([^/]*):\/\//.exec(image) ?? [];
  if (scheme !== undefined && !schemes.includes(scheme)) {
    const meant = closestWord(scheme, schemes);
    node.problem(
      `\`${scheme}://\` is no scheme of images: ` +
        (meant === undefined
          ? 'write `file://PATH`, `wasmcloud+builtin://NAME` or `REGISTRY/NAME:TAG`'
          : `write \`${meant}://\``),
    );
  }
  if (!image.startsWith(builtinScheme)) return;
  const name = image.slice(builtinScheme.length);
  const meant = builtins.includes(name) ? undefined : closestWord(name, builtins);
  if (meant !== undefined) {
    node.problem(`there is no built-in provider \`${name}\`: write \`${builtinScheme}${meant}\``);
  }
}
