import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderUnderTest } from '@wasmlattice/provider-sdk/testing';
import { createClient, type TypedInterface } from '@wasmlattice/rpc';
import {
  type KeyvalueAtomics,
  type KeyvalueBatch,
  type KeyvalueStore,
  keyvalueAtomics,
  keyvalueBatch,
  keyvalueStore,
} from '@wasmlattice/rpc/interfaces';
import { vi } from 'vitest';
import { okOf, unlessNotFound } from '../answers.js';
import type { KeyvalueSetup } from './keyvalue-setup.js';

/** What a component sees of the provider through one of its links. */
export interface KeyvalueClient {
  /** The identifier to open: providers choose by it, or by the link's name in the headers. */
  readonly bucket: string;
  readonly store: KeyvalueStore;
  readonly atomics: KeyvalueAtomics;
  readonly batch: KeyvalueBatch;
}

/** Long enough for a provider that waits for a server of its own. */
const callTimeoutMs = 10_000;

export function clientOf(
  { harness, id }: KeyvalueSetup,
  component: string,
  link = 'default',
): KeyvalueClient {
  const headers = { 'source-id': component, 'link-name': link };
  const client = <M>(wit: TypedInterface<M>): M =>
    createClient(harness.invoker, { target: id, interface: wit, headers, timeoutMs: callTimeoutMs });
  return {
    bucket: link,
    store: client(keyvalueStore),
    atomics: client(keyvalueAtomics),
    batch: client(keyvalueBatch),
  };
}

export function linkOf(
  { id }: KeyvalueSetup,
  sourceId: string,
  name: string,
  targetConfig: StringMap,
): InterfaceLinkDefinition {
  return {
    sourceId,
    target: id,
    name,
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store', 'atomics', 'batch'],
    sourceConfig: {},
    targetConfig,
  };
}

export function watchLinkOf(setup: KeyvalueSetup, component: string, watch: string): InterfaceLinkDefinition {
  return {
    sourceId: setup.id,
    target: component,
    name: 'default',
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['watcher'],
    sourceConfig: setup.watchConfig(watch),
    targetConfig: {},
  };
}

/** Runs the provider. One that does not say when it serves may do so a moment after it is healthy. */
export async function startLinked(
  setup: KeyvalueSetup,
  links: readonly InterfaceLinkDefinition[],
): Promise<ProviderUnderTest> {
  const running = await setup.harness.start(links);
  const { store, bucket } = clientOf(setup, 'one');
  await vi.waitFor(() => store.exists(bucket, 'ready').catch(unlessNotFound), { timeout: 30_000 });
  return running;
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
