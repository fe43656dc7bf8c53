import {
  type CallContext,
  type Forwarding,
  type OfferedCall,
  peekParams,
  type ServedFunction,
  type ServedHandle,
  type Server,
} from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import { isHostedBy } from '@wasmlattice/wasm-runtime';
import type { ComponentTypes } from '@wasmlattice/wasm-runtime/engines';
import { hostInterfaces, unavailableInterfaces } from '@wasmlattice/wasm-runtime/host-functions';
import {
  dropFunction,
  type LatticeExport,
  type LatticeExports,
  planLatticeExports,
} from '@wasmlattice/wasm-runtime/lattice';
import type { InvocationParts, RunInvocation } from '../invocation/invocation-runner.js';
import { recorded } from '../invocation/recorded.js';
import { type KeptInstances, ownerTarget } from '../kept-instances/index.js';

/** WASI's own handlers, which have wire interfaces of other names (docs/spec/wrpc-interfaces.md#2). */
const bridged =
  /^(wasi:http\/(?:incoming-)?handler|wasi:keyvalue\/watcher|wasmcloud:messaging\/incoming-handler)@/;

/** The exports that are served as they are; warns of those that can't be. */
export function customExports(types: ComponentTypes, logger: Logger): LatticeExports {
  const exports = planLatticeExports(
    { ...types, exports: types.exports.filter(({ id }) => !bridged.test(id)) },
    isHostedBy({ interfaces: hostInterfaces, unavailable: unavailableInterfaces }),
  );
  for (const { instance, func, reason } of exports.refused) {
    logger.warn('a function that the component exports is not served to the lattice', {
      function: instance === '' ? func.name : `${instance}.${func.name}`,
      reason,
    });
  }
  return exports;
}

type Run = RunInvocation<Pick<InvocationParts, 'handles' | 'recording'>>;

/**
 * Serves a component's custom exports. Each call runs in an instance of its own, except those for resources, which are the
 * business of the instance that made them, or of the one where their caller has others.
 */
export async function serveCustomExports(options: {
  readonly componentId: string;
  readonly exports: LatticeExports;
  readonly server: Server;
  readonly run: Run;
  /** For the calls that concern resources of the component. */
  readonly keptInstances: KeptInstances;
}): Promise<ServedHandle[]> {
  const { componentId, exports, server, run, keptInstances } = options;
  const ofInstance: ServedFunction[] = [];
  const fresh: ServedFunction[] = [];
  for (const exported of exports.functions) {
    const { instance, form, takesOwnResources, givesOwnResources } = exported;
    const concernsResources = takesOwnResources || givesOwnResources;
    (concernsResources ? ofInstance : fresh).push({
      target: componentId,
      instance,
      func: form.func,
      handler: (params, context) =>
        concernsResources
          ? keptInstances.call(exported, params, context)
          : callFresh(exported, params, context, run),
    });
  }
  for (const resource of exports.ownResources) {
    ofInstance.push({
      target: componentId,
      instance: resource.instance,
      func: dropFunction(resource),
      handler: ([handle]) => keptInstances.drop(handle as Uint8Array),
    });
  }
  const shared = await Promise.all([
    ...fresh.map((served) => server.serve(served)),
    ...ofInstance.map((served) => serveForAll(served, keptInstances, server)),
  ]);
  const own = await Promise.all(ofInstance.map((served) => serveForOwn(served, keptInstances, server)));
  // Whoever holds a handle may call until it is dropped, also when others take new calls already. The last calls that are taken
  // here may give such handles.
  const close = async (): Promise<void> => {
    await Promise.all(shared.map((each) => each.close()));
    await keptInstances.close();
    await Promise.all(own.map((each) => each.close()));
  };
  return [{ close }];
}

/** At the subject that all members share; a call for an instance that another one keeps is handed on to it. */
function serveForAll(
  served: ServedFunction,
  keptInstances: KeptInstances,
  server: Server,
): Promise<ServedHandle> {
  const { target, func } = served;
  const forward = ({ params, headers }: OfferedCall): Forwarding | undefined => {
    const taken = keptInstances.firstHandle(func, peekParams(func, params));
    const owner = taken?.owner ?? keptInstances.ownerBeside(headers);
    if (owner === undefined || owner === keptInstances.owner) return undefined;
    return { target: ownerTarget(target, owner), isOptional: taken === undefined };
  };
  return server.serve({ ...served, forward });
}

/** At this member's own subject. */
function serveForOwn(
  served: ServedFunction,
  keptInstances: KeptInstances,
  server: Server,
): Promise<ServedHandle> {
  return server.serve({ ...served, target: ownerTarget(served.target, keptInstances.owner) });
}

/** A call in an instance of its own. It goes on after the answer while somebody reads streams of the guest. */
function callFresh(
  { instance, func, form }: LatticeExport,
  params: readonly unknown[],
  { headers, signal }: CallContext,
  run: Run,
): Promise<unknown> {
  if (!form.passesHandles) {
    return run(headers, signal, (guest, _ended, { recording }) =>
      recorded(recording, { exportId: instance, func, params }, () =>
        guest.call(instance, func.name, params),
      ),
    );
  }
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  run(headers, signal, async (guest, _ended, { handles, recording }) => {
    // Handles of the guest mean nothing in a replay.
    recording?.skip();
    const call = handles.call();
    const result = await guest.call(instance, func.name, form.convertParams(params, call));
    resolve(form.convertResult(result, call));
    // Readers of what the guest has left open learn that nothing more comes.
    await guest.settled?.();
    guest.endOpen?.();
    await call.givenOver();
  }).catch(reject);
  return promise;
}
