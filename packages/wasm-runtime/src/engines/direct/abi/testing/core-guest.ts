import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import type { WitFunction, WitResource } from '@wasmlattice/rpc';
import type { HostMembers } from '../../../../host-functions/host-interface.js';
import { hostImport } from '../../../../testing/host-import.js';
import { type CoreModule, webAssembly } from '../../../web-assembly.js';
import { AbiInstance } from '../abi-instance.js';
import type { CanonOptions, CoreFunction, ResourceOrigin } from '../core-types.js';
import { GuestMemory, type LinearMemory } from '../guest-memory.js';
import { compileLift, type LiftedFunction } from '../lift.js';
import { compileLower } from '../lower.js';
import { bindResourceDrop, bindResourceNew, bindResourceRep } from '../resource-builtins.js';

/** A core module, and the types of what it imports and exports. */
export interface CoreGuestSource {
  /** The module's fields. Functions are imported from `host`; `$memory` is there, `$alloc` is its realloc. */
  readonly wat: string;
  readonly imports?: readonly WitFunction[];
  readonly exports?: readonly WitFunction[];
  readonly resources?: readonly WitResource[];
  /** Names of imports that may wait. */
  readonly suspending?: readonly string[];
  /** Names of core functions. */
  readonly postReturn?: Readonly<Record<string, string>>;
  readonly destructor?: string;
}

export interface CoreGuest {
  readonly instance: AbiInstance;
  readonly core: Readonly<Record<string, CoreFunction>>;
  readonly memory: Uint8Array;
  call(name: string, ...params: readonly unknown[]): Promise<unknown>;
}

/** The interface that guests of these tests import. */
export const hostId = 'test:host/api@1.0.0';

const runtime = `
  (import "env" "memory" (memory $memory 1))
  (global $heap (mut i32) (i32.const 1024))
  (func $alloc (export "realloc") (param i32 i32 i32 i32) (result i32)
    (local $start i32)
    (local.set $start (i32.and
      (i32.add (global.get $heap) (i32.sub (local.get 2) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get 2))))
    (global.set $heap (i32.add (local.get $start) (local.get 3)))
    (local.get $start))`;

/** Links a core module by hand, as a component would have it linked. Resources are the guest's own with a destructor. */
export async function buildCoreGuest(
  source: CoreGuestSource,
): Promise<(host: HostMembers, signal?: AbortSignal) => CoreGuest> {
  const [imports = '', code = ''] = source.wat.split(';; code');
  const module = await webAssembly.compile(await parse(`(module ${imports} ${runtime} ${code})`));
  return (host, signal) => link(module, source, host, signal);
}

function link(
  module: CoreModule,
  source: CoreGuestSource,
  host: HostMembers,
  signal: AbortSignal | undefined,
): CoreGuest {
  const { imports = [], exports = [], resources = [], suspending = [], postReturn = {}, destructor } = source;
  const memory = new Memory({ initial: 1 });
  let core: Readonly<Record<string, CoreFunction>> = {};
  const lazily =
    (name: string): CoreFunction =>
    (...args) =>
      core[name]?.(...args);
  const originOf = (resource: WitResource): ResourceOrigin =>
    destructor === undefined
      ? { kind: 'host', resource }
      : { kind: 'guest', resource, part: 0, destructor: () => core[destructor] };
  const instance = new AbiInstance(new Map(resources.map((resource) => [resource, originOf(resource)])));
  instance.startWatching(new Map([[hostId, hostImport(host)]]), { ...(signal !== undefined && { signal }) });
  const part = instance.part(0);
  const options: CanonOptions = {
    encoding: 'utf8',
    memory: new GuestMemory(memory),
    realloc: lazily('realloc'),
  };
  const lowered = imports.map((func) => [
    func.name,
    compileLower(func, hostId).bind(part, options, suspending.includes(func.name)),
  ]);
  const builtins = resources.flatMap((resource) => [
    [`[new]${resource.name}`, bindResourceNew(part, resource)],
    [`[rep]${resource.name}`, bindResourceRep(part, resource)],
    [`[drop]${resource.name}`, bindResourceDrop(part, resource)],
  ]);
  const { exports: coreExports } = new webAssembly.Instance(module, {
    env: { memory },
    host: Object.fromEntries([...lowered, ...builtins]),
  });
  core = coreExports as Readonly<Record<string, CoreFunction>>;
  const lifted = new Map<string, LiftedFunction>(
    exports.map((func) => {
      const after = postReturn[func.name];
      const own = after === undefined ? options : { ...options, postReturn: lazily(after) };
      return [
        func.name,
        compileLift(func, 'test:guest/api').bind(part, own, core[func.name] as CoreFunction),
      ];
    }),
  );
  return {
    instance,
    core,
    get memory() {
      return new Uint8Array(memory.buffer);
    },
    call: (name, ...params) => (lifted.get(name) as LiftedFunction)(params),
  };
}

const { Memory } = webAssembly as unknown as {
  readonly Memory: new (descriptor: { readonly initial: number }) => LinearMemory;
};
