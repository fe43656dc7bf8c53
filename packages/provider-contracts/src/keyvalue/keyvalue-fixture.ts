import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderUnderTest } from '@wasmlattice/provider-sdk/testing';
import {
  type KeyvalueAtomics,
  type KeyvalueBatch,
  type KeyvalueStore,
  keyvalueAtomics,
  keyvalueBatch,
  keyvalueStore,
} from '@wasmlattice/rpc/interfaces';
import { okOf } from '../answers.js';
import { calledLink, callerOf, callingLink } from '../component.js';
import { startUntilServed } from '../start-until-served.js';
import type { KeyvalueSetup } from './keyvalue-setup.js';

/** What a component sees of the provider through one of its links. */
export interface KeyvalueClient {
  /** The identifier to open: providers choose by it, or by the link's name in the headers. */
  readonly bucket: string;
  readonly store: KeyvalueStore;
  readonly atomics: KeyvalueAtomics;
  readonly batch: KeyvalueBatch;
}

export function clientOf(setup: KeyvalueSetup, component: string, link = 'default'): KeyvalueClient {
  const client = callerOf(setup, component, link);
  return {
    bucket: link,
    store: client(keyvalueStore),
    atomics: client(keyvalueAtomics),
    batch: client(keyvalueBatch),
  };
}

const wit = { witNamespace: 'wasi', witPackage: 'keyvalue' };

export function linkOf(
  setup: KeyvalueSetup,
  sourceId: string,
  name: string,
  targetConfig: StringMap,
): InterfaceLinkDefinition {
  const use = { ...wit, interfaces: ['store', 'atomics', 'batch'] };
  return callingLink(setup, use, sourceId, name, targetConfig);
}

export function watchLinkOf(setup: KeyvalueSetup, component: string, watch: string): InterfaceLinkDefinition {
  const use = { ...wit, interfaces: ['watcher'] };
  return calledLink(setup, use, component, 'default', setup.watchConfig(watch));
}

/** Runs the provider until it serves component `one`. */
export function startLinked(
  setup: KeyvalueSetup,
  links: readonly InterfaceLinkDefinition[],
): Promise<ProviderUnderTest> {
  const { store, bucket } = clientOf(setup, 'one');
  return startUntilServed(setup, links, () => store.exists(bucket, 'ready'));
}

/** All keys, page by page. */
export async function allKeys({ store, bucket }: KeyvalueClient): Promise<string[]> {
  const keys: string[] = [];
  let cursor: bigint | undefined;
  do {
    const page = okOf(await store.listKeys(bucket, cursor));
    keys.push(...page.keys);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return keys;
}
