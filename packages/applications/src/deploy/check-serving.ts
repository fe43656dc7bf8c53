import { setTimeout as delay } from 'node:timers/promises';
import { type ControlClient, ControlError, type HostInventory } from '@wasmlattice/control-interface';
import { DeployError } from './deploy-error.js';
import { isSameLink } from './plan-links.js';
import type { Plan } from './steps.js';
import { describeUndelivered } from './undelivered-link.js';

export interface CheckServingOptions {
  readonly client: Pick<ControlClient, 'getHostInventory'>;
  /** The hosts of the lattice. */
  readonly hostIds: readonly string[];
  /** How long a host may take to answer. */
  readonly requestTimeoutMs: number;
  /** How long a provider may take for a link that it was told of. */
  readonly outcomeTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** How long to wait before a link that was not through yet is looked at again. */
const againMs = 50;

/**
 * Asks the hosts whether what the plan deployed serves: requests are answered when it is stored, and it may come to nothing at a host
 * that was not the one that answered. Hosts of wasmCloud never tell.
 *
 * @throws DeployError with every reason, when something does not
 */
export async function checkServing(plan: Plan, options: CheckServingOptions): Promise<void> {
  const { client, hostIds, outcomeTimeoutMs, requestTimeoutMs, signal } = options;
  const readInventory = async (hostId: string): Promise<HostInventory | undefined> => {
    try {
      return await client.getHostInventory(hostId, { timeoutMs: requestTimeoutMs, signal });
    } catch (error) {
      // A host that left meanwhile has nothing to tell.
      if (error instanceof ControlError && error.code === 'no-responders') return undefined;
      throw error;
    }
  };
  const deadline = performance.now() + outcomeTimeoutMs;
  for (;;) {
    const inventories = await Promise.all(hostIds.map(readInventory));
    const { pending, problems } = whatIsWrong(
      plan,
      inventories.filter((each) => each !== undefined),
    );
    const isLate = performance.now() > deadline;
    if (pending.length > 0 && !isLate) {
      await delay(againMs, undefined, { signal });
      continue;
    }
    const all = [...problems, ...pending];
    if (all.length === 0) return;
    throw new DeployError(
      `${plan.application} is deployed but does not serve: ${all.join('; ')}`,
      'remove the cause and deploy again; `wasmlattice get links` shows what is left',
    );
  }
}

/** What of a plan does not serve, and what is not known yet, each as a sentence without its end. */
export function whatIsWrong(
  { steps }: Plan,
  inventories: readonly HostInventory[],
): { readonly problems: string[]; readonly pending: string[] } {
  const links = steps.flatMap((step) => (step.kind === 'put-link' ? [step.link] : []));
  const providers = new Set(
    steps.flatMap((step) => {
      switch (step.kind) {
        case 'keep-provider':
          return [step.providerId];
        case 'start-provider':
        case 'update-provider':
        case 'replace-provider':
          return [step.command.providerId];
        default:
          return [];
      }
    }),
  );
  const failures = inventories.flatMap((host) =>
    host.providers
      .filter(({ failure, id }) => failure !== undefined && providers.has(id))
      .map(({ failure, id }) => `provider ${id} on ${host.friendlyName}: ${failure}`),
  );
  const undelivered = inventories
    .flatMap(({ undeliveredLinks = [] }) => undeliveredLinks)
    .filter((link) => links.some((each) => isSameLink(each, link)));
  return {
    problems: [
      ...failures,
      ...undelivered.filter(({ state }) => state === 'failed').map(describeUndelivered),
    ],
    pending: undelivered.filter(({ state }) => state === 'pending').map(describeUndelivered),
  };
}
