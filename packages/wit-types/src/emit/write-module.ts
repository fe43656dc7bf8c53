import { methodName, type WitFunction, type WitInterface } from '@wasmlattice/rpc';
import { parseInterfaceId } from '@wasmlattice/wasm-runtime';
import type { World } from '../read-world.js';
import { Names, propertyName, quoted, typeName, variableName } from './identifiers.js';
import { knownInterface } from './known-interfaces.js';
import { TypeWriter } from './type-writer.js';

/** An interface in the module: the constant, and whether the module declares it. */
interface Written {
  readonly constant: string;
  readonly text?: string;
}

const imported = ['func', 't', 'witInterface', 'Result', 'TypedInterface', 'TypedWit', 'WitResource'];
/** Names of types that the module uses as TypeScript has them. */
const builtInTypes = ['AsyncIterable', 'Promise', 'ReadonlyMap', 'Uint8Array'];

/**
 * A TypeScript module with a constant and a type of methods for each interface of a world, the types they need, and two
 * objects of all interfaces that the world exports and imports.
 *
 * @param madeFrom the folder, as the module names it
 * @throws WitError for a type that has no form on wRPC
 */
export function writeModule({ name, package: packageName, types }: World, madeFrom: string): string {
  const names = { types: new Names([...imported, ...builtInTypes]), variables: new Names(imported) };
  const writer = new TypeWriter({ namedTypes: types.namedTypes, names });
  const known = new Set<string>();
  const written = new Map<string, Written>();

  const write = (wit: WitInterface): Written => {
    const before = written.get(wit.id);
    if (before !== undefined) return before;
    const constant = knownInterface(wit.id);
    if (constant !== undefined) known.add(constant);
    const interfaceWritten = constant === undefined ? writeInterface(wit, writer, names) : { constant };
    written.set(wit.id, interfaceWritten);
    return interfaceWritten;
  };
  const writeAll = (interfaces: readonly WitInterface[], functions: readonly WitFunction[]): string[] => {
    const all = interfaces.filter((wit) => wit.functions.length > 0).map(write);
    if (functions.length > 0) all.push(write({ id: '', functions, resources: [] }));
    return all.map(({ constant }) => constant);
  };
  const exported = writeAll(types.exports, types.exportedFunctions);
  const taken = writeAll(types.imports, types.importedFunctions);

  const listName = (what: string): string => names.variables.take(variableName(`${name}-${what}`));
  return `${[
    `// What the world \`${name}\` of \`${packageName}\` exports and imports. Made from ${madeFrom} by wasmlattice-wit-types: change it there.`,
    importsOf(
      writer.used,
      known,
      [...written.values()].some(({ text }) => text !== undefined),
    ),
    ...writer.declarations,
    ...[...written.values()].flatMap(({ text }) => text ?? []),
    listOf(
      listName('exports'),
      exported,
      'For providers of the world: `provideWorld` takes an implementation for each.',
    ),
    listOf(
      listName('imports'),
      taken,
      'For providers that call components: `createClient` takes one of them.',
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function listOf(name: string, constants: readonly string[], docs: string): string {
  if (constants.length === 0) return '';
  const members = constants.map((constant) => `  readonly ${constant}: typeof ${constant};\n`).join('');
  return `/** ${docs} */\nexport const ${name}: {\n${members}} = { ${constants.join(', ')} };`;
}

function importsOf(used: ReadonlySet<string>, known: ReadonlySet<string>, declares: boolean): string {
  const ofRpc = [...used, ...(declares ? ['func', 'type TypedInterface', 'witInterface'] : [])].sort(byName);
  return [
    ...(ofRpc.length > 0 ? [`import { ${ofRpc.join(', ')} } from '@wasmlattice/rpc';`] : []),
    ...(known.size > 0
      ? [`import { ${[...known].sort(byName).join(', ')} } from '@wasmlattice/rpc/interfaces';`]
      : []),
  ].join('\n');
}

function byName(a: string, b: string): number {
  const [left, right] = [a, b].map((each) => each.replace('type ', ''));
  return (left as string).localeCompare(right as string, 'en', { sensitivity: 'base' });
}

function writeInterface(
  { id, functions }: WitInterface,
  writer: TypeWriter,
  names: { readonly types: Names; readonly variables: Names },
): Written {
  const { name: path } = parseInterfaceId(id);
  const [packageName = '', name = ''] = id === '' ? ['', 'world'] : path.split('/');
  const longer = `${packageName.replace(':', '-')}-${name}`;
  const constant = names.variables.take(variableName(name), variableName(longer));
  const type = names.types.take(typeName(name), typeName(`${name}-methods`), typeName(longer));
  const methods = functions.map((func) => `  ${signature(func, writer)};\n`).join('');
  const funcs = functions.map((func) => `  ${declaration(func, writer)},\n`).join('');
  const what = id === '' ? 'Functions of the world itself' : `\`${id}\``;
  return {
    constant,
    text:
      `/** ${what} */\nexport interface ${type} {\n${methods}}\n\n` +
      `export const ${constant}: TypedInterface<${type}> = witInterface(${quoted(id)}, [\n${funcs}]);`,
  };
}

function signature({ name, params, result }: WitFunction, writer: TypeWriter): string {
  const list = params
    .map((param) => `${variableName(param.name)}: ${writer.valueType(param.type)}`)
    .join(', ');
  const returned = result === undefined ? 'undefined' : writer.valueType(result);
  return `${propertyName(methodName(name))}(${list}): Promise<${returned}>`;
}

function declaration({ name, params, result }: WitFunction, writer: TypeWriter): string {
  const list = params.map((param) => `[${quoted(param.name)}, ${writer.witType(param.type)}]`).join(', ');
  return `func(${quoted(name)}, [${list}]${result === undefined ? '' : `, ${writer.witType(result)}`})`;
}
