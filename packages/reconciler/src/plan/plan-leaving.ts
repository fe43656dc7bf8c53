import type { ComponentDescription, ProviderDescription } from '@wasmlattice/control-interface';
import type { ObservedHost } from '../observation/observed-host.js';
import { planGoneLinks } from './plan-application-links.js';
import type { PlanContext } from './plan-context.js';
import { planProviderStop } from './plan-providers.js';
import { isOf } from './scaler-identity.js';
import { stepHost } from './step-host.js';

/** What the removal of things goes by. */
export type LeavingContext = Omit<PlanContext, 'manifest'>;

type Running = Pick<ComponentDescription | ProviderDescription, 'id' | 'annotations'>;

/**
 * Has everything stopped and removed that an application left behind: links first, so that nothing calls what goes, then what runs, then
 * the configs. A provider stays as long as something else that runs is linked with it. What others started stays, whatever its id.
 *
 * @returns whether nothing is left
 */
export function planRemoval(context: LeavingContext): boolean {
  const { application, draft, observed } = context;
  const links = planGoneLinks(context);
  if (links.areLeaving) return false;
  const before = draft.steps.length;
  stopOf(context, () => false);
  const own = ({ annotations }: Running): boolean => isOf(annotations, application);
  const isThere = observed.hosts.some(({ inventory }) =>
    [...inventory.components, ...inventory.providers].some(own),
  );
  if (isThere || draft.steps.length > before) return false;
  return planGoneConfigs(context) && !links.areLeft;
}

/** Has what runs for an application stopped, but for what `stays`. */
export function stopOf(context: LeavingContext, stays: (id: string) => boolean): void {
  const { application, draft, state } = context;
  const goes = (each: Running): boolean => isOf(each.annotations, application) && !stays(each.id);
  const own = new Set(
    state.hosts.flatMap(({ inventory }) =>
      [...inventory.components, ...inventory.providers]
        .filter((each) => isOf(each.annotations, application))
        .map(({ id }) => id),
    ),
  );
  const stop = (host: ObservedHost, { id, imageRef }: ComponentDescription): void => {
    const command = { componentId: id, componentRef: imageRef, maxInstances: 0 };
    draft.want(application, { kind: 'scale-component', host: stepHost(host), command });
  };
  for (const host of state.hosts) {
    for (const component of host.inventory.components.filter(goes)) stop(host, component);
    for (const provider of host.inventory.providers.filter(goes)) {
      planProviderStop(host, provider, own, context);
    }
  }
}

/**
 * Has configs removed that were put for the application and that no application puts any more.
 *
 * @returns whether they are gone
 */
export function planGoneConfigs({
  application,
  draft,
  observed,
  put,
  wantedConfigs,
}: LeavingContext): boolean {
  const gone = put.configs.filter((name) => !wantedConfigs.has(name) && observed.config(name) !== undefined);
  for (const name of gone) draft.want(application, { kind: 'delete-config', name });
  return gone.length === 0;
}
