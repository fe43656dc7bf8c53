import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/provider-host/protocol';
import { createClient, type TypedInterface } from '@wasmlattice/rpc';
import type { ProviderAtHand } from './provider-at-hand.js';

/** Long enough for a provider that waits for a server of its own. */
const callTimeoutMs = 20_000;

/** Makes clients of the provider as a component has them through one of its links. */
export function callerOf(
  { harness, id }: ProviderAtHand,
  component: string,
  linkName: string,
  headers: Readonly<Record<string, string>> = {},
): <M>(wit: TypedInterface<M>) => M {
  const all = { ...headers, 'source-id': component, 'link-name': linkName };
  return (wit) =>
    createClient(harness.invoker, {
      target: id,
      interface: wit,
      headers: all,
      timeoutMs: callTimeoutMs,
    });
}

/** What a link is for, in the words of link definitions. */
export type LinkUse = Pick<InterfaceLinkDefinition, 'witNamespace' | 'witPackage' | 'interfaces'>;

/** A link by which a component calls the provider. */
export function callingLink(
  { id }: ProviderAtHand,
  use: LinkUse,
  component: string,
  name: string,
  targetConfig: StringMap,
): InterfaceLinkDefinition {
  return { ...use, sourceId: component, target: id, name, sourceConfig: {}, targetConfig };
}

/** A link by which the provider calls a component. */
export function calledLink(
  { id }: ProviderAtHand,
  use: LinkUse,
  component: string,
  name: string,
  sourceConfig: StringMap,
): InterfaceLinkDefinition {
  return { ...use, sourceId: id, target: component, name, sourceConfig, targetConfig: {} };
}
