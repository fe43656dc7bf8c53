import { type Func, TypeText } from '../type-text.js';

/**
 * A component of several that are instantiated one after the other: each imports from the one before what that exports, the first from `host`.
 * The functions of the last are its own.
 *
 * @param links the insides of components that import from `i`, but for the first if that imports nothing
 * @param hosted what the first one imports; nothing for none
 * @param exported what the last one exports
 */
export function chainText(
  links: readonly string[],
  hosted: readonly Func[],
  exported: readonly Func[],
): string {
  const hasHost = hosted.length > 0;
  const components = links.map((link, k) => `(component $C${k}\n${link})`);
  const instances = links.map((_, k) => {
    const source = k > 0 ? `$c${k - 1}` : '$i';
    const given = k > 0 || hasHost ? `(with "i" (instance ${source}))` : '';
    return `(instance $c${k} (instantiate $C${k} ${given}))`;
  });
  const last = `$c${links.length - 1}`;
  const types = new TypeText(exported, 'x');
  return [
    hasHost ? new TypeText(hosted).importInstance('host') : '',
    ...components,
    ...instances,
    types.define(),
    ...exported.map(
      (func) => `(alias export ${last} "${func.name}" (func $x-${func.name}))
        (export "${func.name}" (func $x-${func.name}) ${types.func(func)})`,
    ),
  ].join('\n');
}
