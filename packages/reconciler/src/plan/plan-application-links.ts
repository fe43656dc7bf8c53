import { isDeepStrictEqual } from 'node:util';
import {
  type ConfigEntry,
  describeUndelivered,
  isSameLink,
  isSameSlot,
  type ManifestComponent,
  manifestLinks,
  removalOf,
  type ScalerStatus,
  type StatusInfo,
} from '@wasmlattice/applications';
import type { Link } from '@wasmlattice/control-interface';
import { linkValues, type PutLink } from './link-values.js';
import { configReadiness } from './plan-configs.js';
import type { PlanContext } from './plan-context.js';
import { linkScalerId } from './scaler-identity.js';

/** A link that an application wants. */
export interface PlannedLink {
  readonly link: Link;
  readonly status: ScalerStatus;
  /** Whether it is on its way: a provider gets the links that are there with its start. */
  readonly isComing: boolean;
}

/** Has the links of one component put. */
export function planLinks(component: ManifestComponent, context: PlanContext): PlannedLink[] {
  const { application, manifest, observed } = context;
  return manifestLinks(manifest, component).map((link) => {
    const status = planLink(link, configsOf(component, link), context);
    return {
      link,
      status: {
        id: linkScalerId(application, link),
        kind: 'LinkScaler',
        name: `${link.sourceId} -(${link.witNamespace}:${link.witPackage})-> ${link.target}`,
        status,
      },
      isComing: status.type === 'reconciling' && !observed.links.some((each) => isSameLink(each, link)),
    };
  });
}

/**
 * Has links removed that were put for the application and are in its manifest no longer.
 *
 * @returns whether there are any, and whether some are on their way out
 */
export function planGoneLinks({
  application,
  draft,
  observed,
  put,
  wantedLinks,
}: Omit<PlanContext, 'manifest'>): { readonly areLeft: boolean; readonly areLeaving: boolean } {
  const gone = observed.links.filter(
    (link) =>
      put.links.some((each) => isSameLink(each, link)) && !wantedLinks.some((each) => isSameLink(each, link)),
  );
  const wishes = gone.map((link) =>
    draft.want(application, { kind: 'delete-link', ...removalOf(link, observed.links) }),
  );
  return { areLeft: gone.length > 0, areLeaving: wishes.some(({ state }) => state !== 'failed') };
}

/** What is to be remembered of the links of an application: those that are wanted, and others as long as they are there. */
export function rememberedLinks(
  wanted: readonly Link[],
  { observed, put, wantedLinks }: Pick<PlanContext, 'observed' | 'put' | 'wantedLinks'>,
): PutLink[] {
  const known = (link: Link): PutLink | undefined => put.links.find((each) => isSameLink(each, link));
  const kept = wanted.map(
    (link): PutLink => ({
      ...keyOf(link),
      // A link that is there already was put by somebody else, or before this was remembered: with the values that it has now.
      values: known(link)?.values || (isThere(link, observed.links) ? linkValues(link, observed.config) : ''),
    }),
  );
  const leaving = put.links.filter(
    (each) =>
      !wantedLinks.some((link) => isSameLink(link, each)) &&
      observed.links.some((link) => isSameLink(link, each)),
  );
  return [...kept, ...leaving];
}

function keyOf({ name, sourceId, target, witNamespace, witPackage }: Link): Omit<PutLink, 'values'> {
  return { name, sourceId, target, witNamespace, witPackage };
}

function isThere(link: Link, links: readonly Link[]): boolean {
  return links.some((each) => isDeepStrictEqual(each, link));
}

/** The entries of the manifest behind the names of a link. */
function configsOf(component: ManifestComponent, link: Link): readonly ConfigEntry[] {
  return component.links
    .filter(({ name, namespace, package: witPackage }) => {
      return name === link.name && namespace === link.witNamespace && witPackage === link.witPackage;
    })
    .flatMap(({ sourceConfig, targetConfig }) => [...sourceConfig, ...targetConfig]);
}

function planLink(link: Link, configs: readonly ConfigEntry[], context: PlanContext): StatusInfo {
  const { application, draft, observed, put, state, wantedLinks } = context;
  const putting: StatusInfo = {
    type: 'reconciling',
    message: `Putting link definition between ${link.sourceId} and ${link.target}`,
  };
  const readiness = configReadiness(configs, context);
  if (readiness.state === 'missing') {
    return { type: 'failed', message: `Specified configuration ${readiness.name} does not exist` };
  }
  const values = linkValues(link, state.config);
  const told = put.links.find((each) => isSameLink(each, link))?.values;
  if (isThere(link, state.links) && (told === undefined || told === '' || told === values)) {
    return undelivered(link, context) ?? (isThere(link, observed.links) ? deployed : putting);
  }
  // New values are there before they are told.
  if (readiness.state === 'pending' || values !== linkValues(link, observed.config)) return putting;
  const obstacle = state.links.find((each) => conflicts(each, link));
  if (obstacle === undefined) {
    const wish = draft.want(application, { kind: 'put-link', link }, values);
    return wish.state === 'failed' ? { type: 'failed', message: wish.reason } : putting;
  }
  if (wantedLinks.some((each) => isSameLink(each, obstacle) && isDeepStrictEqual(each, obstacle))) {
    return {
      type: 'failed',
      message: `the link from ${link.sourceId} to ${obstacle.target} of another application has an interface that the one to ${link.target} needs`,
    };
  }
  const wish = draft.want(application, { kind: 'delete-link', ...removalOf(obstacle, state.links) });
  return wish.state === 'failed' ? { type: 'failed', message: wish.reason } : putting;
}

const deployed: StatusInfo = { type: 'deployed', message: '' };

/** What a host says of a link that does not serve there. */
function undelivered(link: Link, { observed }: PlanContext): StatusInfo | undefined {
  const all = observed.hosts.flatMap(({ inventory }) => inventory.undeliveredLinks ?? []);
  const own = all.filter((each) => isSameLink(each, link));
  const [failure] = own.filter(({ state }) => state === 'failed');
  if (failure !== undefined) return { type: 'failed', message: describeUndelivered(failure) };
  const [pending] = own;
  return pending === undefined ? undefined : { type: 'reconciling', message: describeUndelivered(pending) };
}

/** Whether a link stands in the way of another: hosts refuse a second target for the same interface and name. */
function conflicts(existing: Link, link: Link): boolean {
  return (
    isSameSlot(existing, link) &&
    existing.target !== link.target &&
    existing.interfaces.some((each) => link.interfaces.includes(each))
  );
}
