import { camelCase, type WitFunction, type WitInterface } from '@wasmlattice/rpc';
import { className, parseQualifiedName } from '../../qualified-name.js';
import type { ComponentTypes, HostClass, HostFunction, HostImport, HostImports } from '../engine.js';

/** Anything by name; it inherits no names, since these come from the guest. */
type Members = Record<string, unknown>;

/** The imports as generated code takes them: objects with the functions and classes that the component declares, and nothing else. */
export function generatedImports(imports: HostImports, types: ComponentTypes): Readonly<Members> {
  const generated = emptyMembers();
  for (const declared of types.imports) {
    const given = imports.get(declared.id);
    if (given !== undefined) generated[declared.id] = membersOf(given, declared);
  }
  const ofWorld = imports.get('');
  for (const { name } of types.importedFunctions) generated[name] = { default: ofWorld?.func(name) };
  return generated;
}

function membersOf(given: HostImport, { functions, resources }: WitInterface): Members {
  const members = emptyMembers();
  for (const resource of resources) {
    const type = given.resource(resource);
    if (type !== undefined) members[className(resource)] = classOf(type, resource, given, functions);
  }
  for (const { name } of functions) {
    if (parseQualifiedName(name).kind === 'function') members[camelCase(name)] = given.func(name);
  }
  return members;
}

/** A class with the static functions and the constructor that the component declares; its objects are those of `type`. */
function classOf(
  type: HostClass,
  resource: string,
  given: HostImport,
  functions: readonly WitFunction[],
): HostFunction {
  const construct = given.func(`[constructor]${resource}`);
  function Declared(...params: readonly unknown[]): unknown {
    if (construct === undefined) throw new TypeError(`the host has no constructor of ${resource}`);
    return Reflect.construct(construct, params);
  }
  Declared.prototype = type.prototype as object;
  for (const { name } of functions) {
    const member = parseQualifiedName(name);
    const func = given.func(name);
    if (func === undefined || !('member' in member) || member.resource !== resource) continue;
    const key = camelCase(member.member);
    if (member.kind === 'static') define(Declared, key, func);
    // A class of the host has the method already. One of a single instance may have none.
    else if ((type.prototype as Members)[key] !== func) define(type.prototype as object, key, func);
  }
  return Declared;
}

/** Also over what every function or object has by that name: `name`, `toString`. */
function define(owner: object, key: string, value: HostFunction): void {
  Object.defineProperty(owner, key, { value });
}

function emptyMembers(): Members {
  return Object.create(null) as Members;
}
