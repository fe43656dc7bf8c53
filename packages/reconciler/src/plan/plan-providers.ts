import { isDeepStrictEqual } from 'node:util';
import {
  applicationOf,
  componentId,
  configNames,
  isBuiltin,
  type ManifestComponent,
  otherUsers,
  type Scaler,
  type ScalerStatus,
  type StatusInfo,
  type Step,
  shownProviderReference,
} from '@wasmlattice/applications';
import type { ProviderDescription } from '@wasmlattice/control-interface';
import type { ObservedHost } from '../observation/observed-host.js';
import { placeKey } from './asked.js';
import type { Wish } from './draft.js';
import { type ProviderTarget, placeProvider } from './place-providers.js';
import { scalerOf } from './plan-components.js';
import { configReadiness } from './plan-configs.js';
import type { PlanContext } from './plan-context.js';
import { isOf, scalerId, wadmAnnotations } from './scaler-identity.js';
import { stepHost } from './step-host.js';

/** wadm starts a provider without a scaler once. */
export const providerScaler: Scaler = {
  kind: 'spread',
  instances: 1,
  spreads: [{ name: 'default', requirements: {}, weight: 100 }],
};

interface Wanted {
  readonly component: ManifestComponent;
  readonly scaler: Scaler;
  readonly image: string;
  readonly id: string;
  /** Id of the scaler. */
  readonly identity: string;
  /** Whether its links are there, which it gets with its start. */
  readonly hasLinks: boolean;
}

/** Has a provider run on the hosts where it belongs. */
export function planProvider(
  component: ManifestComponent,
  image: string,
  hasLinks: boolean,
  context: PlanContext,
): ScalerStatus {
  const scaler = component.scalers[0] ?? providerScaler;
  const kind = scaler.kind === 'daemon' ? 'DaemonScaler' : 'SpreadScaler';
  const id = componentId(context.application, component);
  const identity = scalerId(kind, context.application, component, image);
  return {
    id: identity,
    kind,
    name: id,
    status: planHosts({ component, scaler, image, id, identity, hasLinks }, context),
  };
}

function planHosts(wanted: Wanted, context: PlanContext): StatusInfo {
  const { component, id, image, scaler } = wanted;
  const { application, draft, state } = context;
  const entryOn = ({ inventory }: ObservedHost) => inventory.providers.find((each) => each.id === id);
  const running = new Map(
    state.hosts.flatMap((host) => {
      const there = entryOn(host);
      return there === undefined ? [] : [[host.inventory.hostId, there] as const];
    }),
  );
  const { targets, unsatisfied } = placeProvider({
    providerId: id,
    scaler,
    hosts: state.hosts,
    spreadOn(hostId) {
      const there = running.get(hostId);
      if (there === undefined) return undefined;
      return isOf(there.annotations, application)
        ? (there.annotations['wasmcloud.dev/spread_name'] ?? '')
        : '';
    },
    isAvoided: (hostId) => draft.hasFailed(placeKey('provider', hostId, id)),
  });
  const readiness = configReadiness(component.config, context);
  if (readiness.state === 'missing') {
    return { type: 'failed', message: `Specified configuration ${readiness.name} does not exist` };
  }
  const busy = new Set<string>();
  const failures = new Set<string>();
  const note = (hostId: string, wish: Wish): void => {
    if (wish.state === 'failed') failures.add(wish.reason);
    else busy.add(hostId);
  };
  for (const target of targets) {
    const { friendlyName, hostId } = target.host.inventory;
    if (draft.isRunning(placeKey('provider', hostId, id))) busy.add(hostId);
    const there = running.get(hostId);
    const failure = there === undefined ? undefined : troubleOf(there, friendlyName);
    if (failure !== undefined) failures.add(failure);
    const step = stepTowards(there, target, wanted, application);
    if (step === undefined) continue;
    if (readiness.state === 'pending' || !wanted.hasLinks) busy.add(hostId);
    else note(hostId, draft.want(application, step));
  }

  const strays = state.hosts.filter((host) => {
    const there = running.get(host.inventory.hostId);
    const isTarget = targets.some((target) => target.host === host);
    return there !== undefined && isOf(there.annotations, application) && !isTarget;
  });
  if (busy.size === 0 && failures.size === 0) {
    for (const host of strays) {
      const step: Step = { kind: 'stop-provider', host: stepHost(host), providerId: id };
      note(host.inventory.hostId, draft.want(application, step));
    }
  }

  const [unplaced] = unsatisfied;
  const [failure] = failures;
  if (unplaced !== undefined) {
    const { placed, spread, wanted: size } = unplaced;
    return {
      type: 'failed',
      message:
        scaler.kind === 'daemon'
          ? `Could not satisfy daemonscaler ${spread.name} for ${image}, 0 eligible hosts found.`
          : `Could not satisfy spread ${spread.name} for ${image}, ${placed}/${size} eligible hosts found.`,
    };
  }
  if (failure !== undefined) return { type: 'failed', message: failure };
  if (busy.size > 0 && strays.length > 0 && strays.every((host) => busy.has(host.inventory.hostId))) {
    return { type: 'reconciling', message: 'Found providers running on ineligible hosts, removing them.' };
  }
  if (busy.size > 0) return { type: 'reconciling', message: `Scaling provider on ${busy.size} host(s)` };
  return { type: 'deployed', message: '' };
}

/** Has a provider stopped that nothing uses any more; `own` are the ids that go with it. */
export function planProviderStop(
  host: ObservedHost,
  { id }: Pick<ProviderDescription, 'id'>,
  own: ReadonlySet<string>,
  { application, draft, state }: Pick<PlanContext, 'application' | 'draft' | 'state'>,
): void {
  const hosts = state.hosts.map(({ inventory }) => inventory);
  if (otherUsers(id, own, { hosts, links: state.links }).length > 0) return;
  draft.want(application, { kind: 'stop-provider', host: stepHost(host), providerId: id });
}

/** Why a provider that runs does not serve. */
function troubleOf({ crashes, failure, id }: ProviderDescription, friendlyName: string): string | undefined {
  if (crashes?.isLoop === true) {
    return `provider ${id} on ${friendlyName} crashes again and again: ${crashes.reason}`;
  }
  return failure === undefined ? undefined : `provider ${id} on ${friendlyName}: ${failure}`;
}

function stepTowards(
  there: ProviderDescription | undefined,
  { host, spread }: ProviderTarget,
  { component, id, identity, image }: Wanted,
  application: string,
): Step | undefined {
  const config = configNames(application, component.config);
  const annotations = wadmAnnotations(application, identity, spread);
  const command = { providerId: id, providerRef: image, config, annotations };
  const where = { host: stepHost(host) };
  if (there === undefined) return { kind: 'start-provider', ...where, command };
  const owner = applicationOf(there.annotations);
  // Another application shares it: it serves both, as that one wants it.
  if (owner !== undefined && owner !== application) return undefined;
  if (there.imageRef !== shownProviderReference(image)) {
    // The place of a built-in one is free before another can have it.
    return isBuiltin(image)
      ? { kind: 'stop-provider', ...where, providerId: id }
      : { kind: 'replace-provider', ...where, command };
  }
  // Hosts of wasmCloud do not tell the configs, and would have to stop it for other annotations.
  const scaler = scalerOf(there);
  const isSame =
    there.config === undefined
      ? scaler === undefined || scaler === identity
      : isDeepStrictEqual(there.config, config) &&
        Object.entries(annotations).every(([key, value]) => there.annotations[key] === value);
  return isSame ? undefined : { kind: 'update-provider', ...where, command };
}
