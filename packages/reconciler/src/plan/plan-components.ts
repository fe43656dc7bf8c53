import { isDeepStrictEqual } from 'node:util';
import {
  applicationOf,
  componentId,
  configNames,
  type ManifestComponent,
  replaceCode,
  runsOnOurs,
  type Scaler,
  type ScalerStatus,
  type StatusInfo,
} from '@wasmlattice/applications';
import type { ComponentDescription } from '@wasmlattice/control-interface';
import type { ObservedHost } from '../observation/observed-host.js';
import { placeKey } from './asked.js';
import type { Wish } from './draft.js';
import { type ComponentTarget, placeComponent } from './place-components.js';
import { type CanaryPlace, endCanary, type PlannedCanary, planCanary } from './plan-canary.js';
import { configReadiness } from './plan-configs.js';
import type { PlanContext } from './plan-context.js';
import { isOf, scalerAnnotation, scalerId, wadmAnnotations } from './scaler-identity.js';
import { stepHost } from './step-host.js';

export interface PlannedComponent {
  readonly status: ScalerStatus;
  /** The second version that it has. */
  readonly canary: PlannedCanary | undefined;
}

/** Has a component run where it belongs, as often as it should. */
export function planComponent(
  component: ManifestComponent,
  scaler: Scaler,
  image: string,
  context: PlanContext,
): PlannedComponent {
  const kind = scaler.kind === 'daemon' ? 'DaemonScaler' : 'SpreadScaler';
  const id = componentId(context.application, component);
  const identity = scalerId(kind, context.application, component, image);
  const { canary, status } = planInstances({ component, scaler, image, id, identity }, context);
  return { status: { id: identity, kind, name: id, status }, canary };
}

interface Wanted {
  readonly component: ManifestComponent;
  readonly scaler: Scaler;
  readonly image: string;
  readonly id: string;
  /** Id of the scaler. */
  readonly identity: string;
}

interface PlannedInstances {
  readonly status: StatusInfo;
  readonly canary: PlannedCanary | undefined;
}

function planInstances(wanted: Wanted, context: PlanContext): PlannedInstances {
  const { component, id, image, scaler } = wanted;
  const { application, draft, state } = context;
  const entryOn = ({ inventory }: ObservedHost) => inventory.components.find((each) => each.id === id);
  const isForeign = (host: ObservedHost): boolean => {
    const owner = applicationOf(entryOn(host)?.annotations ?? {});
    return owner !== undefined && owner !== application;
  };
  const hosts = state.hosts.filter((host) => !isForeign(host));
  const counts = new Map(hosts.map((host) => [host.inventory.hostId, entryOn(host)?.maxInstances ?? 0]));
  const { targets, unsatisfied } = placeComponent({
    componentId: id,
    scaler,
    hosts,
    countOn: (hostId) => counts.get(hostId) ?? 0,
    isAvoided: (hostId) => draft.hasFailed(placeKey('component', hostId, id)),
  });

  const readiness = configReadiness(component.config, context);
  if (readiness.state === 'missing') {
    const message = `Specified configuration ${readiness.name} does not exist`;
    return { status: { type: 'failed', message }, canary: undefined };
  }
  const busy = new Set<string>();
  const failures = new Set<string>();
  const note = (hostId: string, wish: Wish): void => {
    if (wish.state === 'failed') failures.add(wish.reason);
    else busy.add(hostId);
  };
  let isRestarting = targets.some(({ host }) =>
    draft.isRestarting(placeKey('component', host.inventory.hostId, id)),
  );
  for (const target of targets) {
    const { hostId } = target.host.inventory;
    if (draft.isRunning(placeKey('component', hostId, id))) busy.add(hostId);
    const there = entryOn(target.host);
    if (isAsWanted(there, target, wanted, context)) continue;
    const step = stepTowards(there, target, wanted, context);
    const isRestart = step.kind === 'restart-component';
    // One host after the other, so that the others answer meanwhile.
    if (readiness.state === 'pending' || (isRestart && isRestarting)) {
      busy.add(hostId);
      continue;
    }
    const wish = draft.want(application, step);
    isRestarting ||= isRestart && wish.state !== 'failed';
    note(hostId, wish);
  }

  const places = targets.flatMap((target): CanaryPlace[] => {
    const there = entryOn(target.host);
    const isTarget = target.instances > 0;
    return isTarget
      ? [{ host: target.host, there, isAsWanted: isAsWanted(there, target, wanted, context) }]
      : [];
  });
  const nextImage = context.canary?.images.get(component.name);
  const canary =
    context.canary && nextImage !== undefined
      ? planCanary(id, nextImage, context.canary.share, places, context)
      : undefined;
  if (canary === undefined) {
    for (const place of places) {
      const wish = endCanary(id, place, context);
      if (wish !== undefined) note(place.host.inventory.hostId, wish);
    }
  }

  const strays = hosts.filter((host) => {
    const there = entryOn(host);
    const isTarget = targets.some((target) => target.host === host);
    return there !== undefined && isOf(there.annotations, application) && !isTarget;
  });
  // What belongs elsewhere goes once it runs there.
  if (busy.size === 0 && failures.size === 0) {
    for (const host of strays) {
      const command = { componentId: id, componentRef: entryOn(host)?.imageRef ?? image, maxInstances: 0 };
      note(
        host.inventory.hostId,
        draft.want(application, { kind: 'scale-component', host: stepHost(host), command }),
      );
    }
  }

  return { status: describe(), canary };

  function describe(): StatusInfo {
    const [unplaced] = unsatisfied;
    const [failure] = failures;
    if (unplaced !== undefined) {
      const owner = state.hosts
        .map((host) => applicationOf(entryOn(host)?.annotations ?? {}))
        .find((each) => each !== undefined && each !== application);
      if (owner !== undefined) {
        return { type: 'failed', message: `${id} runs already for application ${owner}` };
      }
      return {
        type: 'failed',
        message:
          scaler.kind === 'daemon'
            ? `Could not satisfy daemonscaler ${unplaced.name} for ${image}, 0 eligible hosts found.`
            : `Could not satisfy spread ${unplaced.name} for ${image}, 0/1 eligible hosts found.`,
      };
    }
    if (failure !== undefined) return { type: 'failed', message: failure };
    if (busy.size > 0 && strays.length > 0 && strays.every((host) => busy.has(host.inventory.hostId))) {
      return {
        type: 'reconciling',
        message: 'Found components running on ineligible hosts, removing them.',
      };
    }
    if (busy.size > 0) {
      return { type: 'reconciling', message: `Scaling component on ${busy.size} host(s)` };
    }
    return { type: 'deployed', message: '' };
  }
}

function isAsWanted(
  there: ComponentDescription | undefined,
  target: ComponentTarget,
  wanted: Wanted,
  context: PlanContext,
): boolean {
  if (there === undefined || target.instances === 0) return there === undefined && target.instances === 0;
  if (!runsAsWanted(there, target, wanted, context)) return false;
  const { application } = context;
  // Hosts change annotations with something else alone: who started it for this application, and for which spread, is let be.
  if (runsOnOurs(there)) return isOf(there.annotations, application);
  // Hosts of wasmCloud do not tell which configs a component has: their names are part of the annotation of the scaler.
  const annotations = wadmAnnotations(application, wanted.identity, target.spread);
  return Object.entries(annotations).every(([key, value]) => there.annotations[key] === value);
}

/** Whether it is as wanted, as far as its host tells, but for its annotations. */
function runsAsWanted(
  there: ComponentDescription,
  { instances }: ComponentTarget,
  { component, image }: Wanted,
  { application }: PlanContext,
): boolean {
  return (
    there.imageRef === image &&
    there.maxInstances === instances &&
    (there.config === undefined ||
      isDeepStrictEqual(there.config, configNames(application, component.config)))
  );
}

function stepTowards(
  there: ComponentDescription | undefined,
  target: ComponentTarget,
  wanted: Wanted,
  context: PlanContext,
) {
  const { host, instances, spread } = target;
  const { component, id, identity, image } = wanted;
  const { application } = context;
  const annotations = wadmAnnotations(application, identity, spread);
  const command = {
    componentId: id,
    componentRef: image,
    maxInstances: instances,
    config: configNames(application, component.config),
    annotations,
  };
  if (there !== undefined && there.imageRef !== image && instances > 0) {
    return replaceCode(there, stepHost(host), command);
  }
  // A host that has been asked for the same number does nothing, and keeps the annotations: one more, and then that one less, changes them.
  const isMarked = there === undefined || !runsAsWanted(there, target, wanted, context);
  return {
    kind: 'scale-component',
    host: stepHost(host),
    command: { ...command, maxInstances: isMarked ? instances : instances + 1 },
  } as const;
}

/** The scaler by which something was started, as its annotations say. */
export function scalerOf({ annotations }: Pick<ComponentDescription, 'annotations'>): string | undefined {
  return annotations[scalerAnnotation];
}
