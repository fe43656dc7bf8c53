import type { WitFunction, WitInterface, WitType } from '@wasmlattice/rpc';
import type { HostClass, HostFunction, HostImport } from '../engines/engine.js';
import type { InstanceContext } from '../host-functions/host-interface.js';
import { RpcErrorResource } from '../host-functions/wasmcloud/bus/index.js';
import { parseInterfaceId } from '../interface-id.js';
import { parseQualifiedName } from '../qualified-name.js';
import { callWithHandles, type HandleFunction } from './call-with-handles.js';
import { NoWireFormError } from './conversions.js';
import { DropTeller } from './drop-teller.js';
import type { HandleForms } from './handle-forms.js';
import type { InstanceHandles } from './instance-handles.js';
import { defineRemoteClass, type RemoteClass } from './remote-resource.js';
import { resourcesIn } from './resources-in.js';
import { wireFormOf } from './wire-form.js';

/** An imported interface as calls to whatever its link points to (docs/spec/wrpc-interfaces.md#2). */
export interface LatticeCalls {
  /** The interface's id, verbatim: also the wire instance. */
  readonly id: string;
  /** What the component calls the import: the same, unless it has a name of its own for it. */
  readonly importId: string;
  readonly functions: readonly LatticeFunction[];
  readonly resources: readonly LatticeResource[];
  /** Whether a handle of any kind may go through its functions. */
  readonly passesHandles: boolean;
}

/** A resource that the interface defines. */
interface LatticeResource {
  readonly name: string;
  readonly drops: DropTeller;
}

interface LatticeFunction extends HandleFunction {
  /** As in the binary. */
  readonly name: string;
  readonly tellsFailures: boolean;
}

/** @throws NoWireFormError that names the function */
export function planLatticeCalls(
  { id: importId, implements: id = importId, functions, resources }: WitInterface,
  forms: HandleForms,
): LatticeCalls {
  const planned = functions.map((declared) => planFunction(declared, forms));
  return {
    id,
    importId,
    functions: planned,
    resources: resources.map((name) => ({ name, drops: new DropTeller({ instance: id, name }) })),
    passesHandles: resources.length > 0 || planned.some(({ form }) => form.passesHandles),
  };
}

function planFunction(declared: WitFunction, forms: HandleForms): LatticeFunction {
  const { func, tellsFailures } = callOf(declared);
  const passesRemote = (type: WitType | undefined): boolean =>
    type !== undefined && resourcesIn(type).some((resource) => forms(resource).kind === 'remote');
  const [first, ...others] = func.params;
  try {
    return {
      name: declared.name,
      form: wireFormOf(func, 'import', forms),
      tellsFailures,
      givesResources: passesRemote(func.result),
      hidesResources: !passesRemote(first?.type) && others.some(({ type }) => passesRemote(type)),
    };
  } catch (error) {
    if (!(error instanceof NoWireFormError)) throw error;
    throw new NoWireFormError(`function ${declared.name} can't be called over the lattice: ${error.message}`);
  }
}

/**
 * The functions and classes of one instance. The link key is the id without version. Plain values need no conversion: the
 * codec has jco's conventions.
 */
export function bindLatticeCalls(
  { id, importId, functions, resources }: LatticeCalls,
  { links, signal }: InstanceContext,
  handles: InstanceHandles,
): HostImport {
  const linkKey = parseInterfaceId(id).name;
  const bound = new Map<string, HostFunction>();
  const classes = new Map<string, RemoteClass>();
  for (const { name, drops } of resources) {
    const maker = functions.find((each) => each.name === `[constructor]${name}`);
    const remote = defineRemoteClass(maker && bindFunction(maker), (arrival) => {
      void drops.tell(links, arrival);
    });
    classes.set(name, remote);
    handles.define(importId, name, remote);
  }

  function bindFunction(declared: LatticeFunction): (params: readonly unknown[]) => Promise<unknown> {
    const { form, tellsFailures } = declared;
    const { func, passesHandles } = form;
    const invokePlain = (params: readonly unknown[]): Promise<unknown> =>
      links.invoke(linkKey, { instance: id, func, params, signal });
    const caller = { id, linkKey, links, signal, handles };
    const invokeWithHandles = (params: readonly unknown[]): Promise<unknown> =>
      callWithHandles(caller, declared, params);
    const invoke = passesHandles ? invokeWithHandles : invokePlain;
    if (!tellsFailures) return invoke;
    return async (params) => {
      try {
        // A WIT result stays data: its ok value may itself look like a result.
        return { tag: 'ok', val: await invoke(params) };
      } catch (error) {
        if (signal.aborted) throw error;
        return { tag: 'err', val: new RpcErrorResource(error) };
      }
    };
  }

  for (const each of functions) {
    const name = parseQualifiedName(each.name);
    const call = bindFunction(each);
    switch (name.kind) {
      case 'function':
      case 'static':
        bound.set(each.name, (...params) => call(params));
        break;
      case 'method':
        bound.set(each.name, function (this: unknown, ...params) {
          return call([this, ...params]);
        });
        break;
      case 'constructor': {
        const type = classes.get(name.resource)?.type;
        if (type !== undefined) bound.set(each.name, type as unknown as HostFunction);
      }
    }
  }
  return {
    func: (name) => bound.get(name),
    resource: (name) => classes.get(name)?.type as unknown as HostClass | undefined,
  };
}

/**
 * A function as it is on the wire. When its result is `result<T, error>` with the error of `wrpc:rpc`, the peer returns
 * T, and a call that fails is the `err` instead of a trap (docs/spec/wrpc.md#8).
 */
function callOf(func: WitFunction): { readonly func: WitFunction; readonly tellsFailures: boolean } {
  const { result, ...rest } = func;
  if (result?.kind !== 'result' || result.err?.kind !== 'own') return { func, tellsFailures: false };
  const { instance, name } = result.err.resource;
  if (instance !== 'wrpc:rpc/error@0.1.0' || name !== 'error') return { func, tellsFailures: false };
  return { func: result.ok === undefined ? rest : { ...rest, result: result.ok }, tellsFailures: true };
}
