import type { InstanceContext } from '../host-functions/host-interface.js';
import type { TargetOf } from './companions.js';
import type { InstanceHandles } from './instance-handles.js';
import type { WireForm } from './wire-form.js';

/** A function that passes handles of some kind. */
export interface HandleFunction {
  readonly form: WireForm;
  /** Whether its result may hold resources that others keep. */
  readonly givesResources: boolean;
  /** Whether its parameters may hold such, but not the first of them: a first message may end before them. */
  readonly hidesResources: boolean;
}

/** One instance, and the interface that it calls. */
export interface HandleCaller extends Pick<InstanceContext, 'links' | 'signal'> {
  /** The import's id, verbatim. */
  readonly id: string;
  readonly linkKey: string;
  readonly handles: InstanceHandles;
}

/**
 * Calls a function by its link. What gives resources goes to where the guest has others of the same target, so that they can meet;
 * what comes when the call was given up already is dropped.
 */
export async function callWithHandles(
  { id, linkKey, links, signal, handles }: HandleCaller,
  { form, givesResources, hidesResources }: HandleFunction,
  params: readonly unknown[],
): Promise<unknown> {
  const call = handles.call();
  const given = form.convertParams(params, call);
  call.linkName ??= links.linkNameOf?.(linkKey);
  const { firstHandle, linkName } = call;

  const onUnclaimed = (result: unknown): void => {
    const nobodys = handles.unclaimed();
    nobodys.linkName = linkName;
    form.convertResult(result, nobodys);
  };
  const invoke = async (beside?: Uint8Array): Promise<unknown> => {
    const invocation = {
      instance: id,
      func: form.func,
      params: given,
      signal,
      wholeFuture: true,
      ...(beside && { beside }),
      ...(givesResources && { givesResources, onUnclaimed }),
    };
    return form.convertResult(await links.invoke(linkKey, invocation, linkName), call);
  };

  if (firstHandle !== undefined) return await invoke(hidesResources ? firstHandle : undefined);
  const target = givesResources ? links.targetOf?.(linkKey, linkName) : undefined;
  if (target === undefined) return await invoke();
  const targetOf: TargetOf = (key, name) => links.targetOf?.(key, name);
  return await handles.companions.make(target, targetOf, invoke);
}
