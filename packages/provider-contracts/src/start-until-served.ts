import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderUnderTest } from '@wasmlattice/provider-sdk/testing';
import { vi } from 'vitest';
import { unlessNotFound } from './answers.js';
import type { ProviderAtHand } from './provider-at-hand.js';

/**
 * Runs the provider. One that does not say when it serves may do so a moment after it is healthy.
 *
 * @param call any call by one of the links
 */
export async function startUntilServed(
  { harness }: ProviderAtHand,
  links: readonly InterfaceLinkDefinition[],
  call: () => Promise<unknown>,
  config?: StringMap,
): Promise<ProviderUnderTest> {
  const running = await harness.start(links, config);
  await vi.waitFor(() => call().catch(unlessNotFound), { timeout: 60_000 });
  return running;
}
