import { runsOnOurs } from '@wasmlattice/applications';
import { type ComponentDescription, canaryAnnotations, describeShare } from '@wasmlattice/control-interface';
import type { ObservedHost } from '../observation/observed-host.js';
import { placeKey } from './asked.js';
import type { Wish } from './draft.js';
import type { PlanContext } from './plan-context.js';
import { stepHost } from './step-host.js';

/** How far the second version of one component is. */
export interface PlannedCanary {
  readonly componentId: string;
  /** `running` once it runs on each host that runs the component. */
  readonly state: 'starting' | 'running' | 'failed';
  /** Why it failed; empty if it did not. */
  readonly reason: string;
  /** Ids of the hosts where it runs. */
  readonly hosts: readonly string[];
}

/** A component on a host where it runs as the deployed version says, or not yet. */
export interface CanaryPlace {
  readonly host: ObservedHost;
  readonly there: ComponentDescription | undefined;
  readonly isAsWanted: boolean;
}

/** Has the second version of a component run on each host that runs the first. */
export function planCanary(
  componentId: string,
  image: string,
  share: number,
  places: readonly CanaryPlace[],
  { application, draft }: PlanContext,
): PlannedCanary {
  const hosts: string[] = [];
  let reason = '';
  for (const { host, isAsWanted, there } of places) {
    if (there === undefined || !isAsWanted) continue;
    const { friendlyName, hostId } = host.inventory;
    if (!runsOnOurs(there)) {
      reason ||= `${friendlyName} is a host of wasmCloud, which runs one version of a component`;
      continue;
    }
    const isThere =
      there.annotations[canaryAnnotations.image] === image &&
      there.annotations[canaryAnnotations.share] === describeShare(share);
    if (isThere) {
      if (!draft.isRunning(placeKey('component', hostId, componentId))) hosts.push(hostId);
      continue;
    }
    const command = { componentId, componentRef: image, share };
    const wish = draft.want(application, { kind: 'canary-component', host: stepHost(host), command });
    if (wish.state === 'failed') reason ||= wish.reason;
  }
  const isEverywhere = places.length > 0 && hosts.length === places.length;
  const state = reason !== '' ? 'failed' : isEverywhere ? 'running' : 'starting';
  return { componentId, state, reason, hosts };
}

/** Has a second version ended that nobody wants any more. */
export function endCanary(
  componentId: string,
  { host, isAsWanted, there }: CanaryPlace,
  { application, draft }: PlanContext,
): Wish | undefined {
  const image = there?.annotations[canaryAnnotations.image];
  if (image === undefined || !isAsWanted) return undefined;
  const command = { componentId, componentRef: image, share: 0 };
  return draft.want(application, { kind: 'canary-component', host: stepHost(host), command });
}
