import { camelCase } from '@wasmlattice/rpc';
import { typeName, type World } from '@wasmlattice/wit-types';

/**
 * Statements that give a guest the classes of imported resources which have no functions. componentize-js 0.23.0 uses such a class and makes
 * none: a function that returns the resource would throw `ReferenceError: import_…$Secret is not defined` (findings/componentize-js-0.23-bare-resources.sh).
 * What its glue does not find it looks for among the globals of its own realm, to which the functions of an interface lead.
 *
 * Interfaces that the script does not import are left alone: importing them would make them imports of the component.
 *
 * `Symbol.dispose` does nothing: the handle goes with the invocation, or when the object is collected.
 */
export function bareResources({ types }: World, script: string): string {
  const lines = types.imports.flatMap(({ functions, id, resources }, index) => {
    const bare = resources.filter((resource) => !functions.some(({ name }) => isOf(name, resource)));
    const [func] = functions.filter(({ name }) => !name.startsWith('['));
    // Nobody gives a guest resources of an interface without functions.
    if (bare.length === 0 || func === undefined || !importOf(id).test(script)) return [];
    const names = bare.map(typeName);
    return [
      `import { ${camelCase(func.name)} as $bare${index} } from ${JSON.stringify(id)};`,
      ...names.map(
        (name) =>
          `$bare${index}.constructor('return globalThis')()[${JSON.stringify(`import_${identifier(id)}$${name}`)}] = class ${name} { [Symbol.dispose]() {} };`,
      ),
    ];
  });
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}

function importOf(id: string): RegExp {
  return new RegExp(`['"]${RegExp.escape(id)}['"]`);
}

/** `[method]thing.size`, `[static]thing.make`, `[constructor]thing` */
function isOf(func: string, resource: string): boolean {
  return (
    func === `[constructor]${resource}` ||
    (/^\[(method|static)\]/.test(func) && func.includes(`]${resource}.`))
  );
}

/** `wasmcloud:secrets/kept-store@0.1.0-draft` → `keptStore_0_1_0_draft` */
function identifier(id: string): string {
  const [name = '', version] = id.slice(id.indexOf('/') + 1).split('@');
  const camel = camelCase(name);
  return version === undefined ? camel : `${camel}_${version.replaceAll(/\W/g, '_')}`;
}
