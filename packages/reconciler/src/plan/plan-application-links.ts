import { isDeepStrictEqual } from 'node:util';
import {
  type ConfigEntry,
  type ManifestComponent,
  removalOf,
  type ScalerStatus,
  type StatusInfo,
  undeliveredStatus,
} from '@wasmlattice/applications';
import type { Link } from '@wasmlattice/control-interface';
import { linkValues, type PutLink } from './link-values.js';
import { configReadiness } from './plan-configs.js';
import type { PlanContext } from './plan-context.js';
import { linkScalerId } from './scaler-identity.js';
import { wantedLinks } from './wanted-links.js';

/** A link that an application wants. */
export interface PlannedLink {
  readonly link: Link;
  readonly status: ScalerStatus;
  /** Whether it is on its way: a provider gets the links that are there with its start. */
  readonly isComing: boolean;
}

/** Has the links of one component put. */
export function planLinks(component: ManifestComponent, context: PlanContext): PlannedLink[] {
  const { application, links, manifest, putLinks } = context;
  const wanted = wantedLinks(manifest).get(component) ?? [];
  return wanted.map((link) => {
    const status = planLink(link, putLinks.get(link), configsOf(component, link), context);
    return {
      link,
      status: {
        id: linkScalerId(application, link),
        kind: 'LinkScaler',
        name: `${link.sourceId} -(${link.witNamespace}:${link.witPackage})-> ${link.target}`,
        status,
      },
      isComing: status.type === 'reconciling' && !links.observed.has(link),
    };
  });
}

/**
 * Has links removed that were put for the application and are in its manifest no longer.
 *
 * @returns whether there are any, and whether some are on their way out
 */
export function planGoneLinks({ application, draft, links, put }: Omit<PlanContext, 'manifest'>): {
  readonly areLeft: boolean;
  readonly areLeaving: boolean;
} {
  const gone = put.links.flatMap((each) => (links.wanted.has(each) ? [] : (links.observed.get(each) ?? [])));
  const wishes = gone.map((link) =>
    draft.want(application, { kind: 'delete-link', ...removalOf(link, links.observed.inSlot(link)) }),
  );
  return { areLeft: gone.length > 0, areLeaving: wishes.some(({ state }) => state !== 'failed') };
}

/** What is to be remembered of the links of an application: those that are wanted, and others as long as they are there. */
export function rememberedLinks(
  wanted: readonly Link[],
  { links, observed, put, putLinks }: Pick<PlanContext, 'links' | 'observed' | 'put' | 'putLinks'>,
): PutLink[] {
  const kept = wanted.map(({ name, sourceId, target, witNamespace, witPackage, ...link }): PutLink => {
    const key = { name, sourceId, target, witNamespace, witPackage };
    const told = putLinks.get(key)?.values ?? '';
    // A link that is there already was put by somebody else, or before this was remembered: with the values that it has now.
    const isThere = told === '' && isDeepStrictEqual(links.observed.get(key), { ...key, ...link });
    return { ...key, values: isThere ? linkValues(link, observed.config) : told };
  });
  const leaving = put.links.filter((each) => !links.wanted.has(each) && links.observed.has(each));
  return [...kept, ...leaving];
}

/** The entries of the manifest behind the names of a link. */
function configsOf(component: ManifestComponent, link: Link): readonly ConfigEntry[] {
  return component.links
    .filter(({ name, namespace, package: witPackage }) => {
      return name === link.name && namespace === link.witNamespace && witPackage === link.witPackage;
    })
    .flatMap(({ sourceConfig, targetConfig }) => [...sourceConfig, ...targetConfig]);
}

function planLink(
  link: Link,
  put: PutLink | undefined,
  configs: readonly ConfigEntry[],
  context: PlanContext,
): StatusInfo {
  const { application, draft, links, observed, state } = context;
  const putting: StatusInfo = {
    type: 'reconciling',
    message: `Putting link definition between ${link.sourceId} and ${link.target}`,
  };
  const readiness = configReadiness(configs, context);
  if (readiness.state === 'missing') {
    return { type: 'failed', message: `Specified configuration ${readiness.name} does not exist` };
  }
  const values = linkValues(link, state.config);
  const told = put?.values ?? '';
  if (isDeepStrictEqual(links.state.get(link), link) && (told === '' || told === values)) {
    const isObserved = isDeepStrictEqual(links.observed.get(link), link);
    return undelivered(link, context) ?? (isObserved ? deployed : putting);
  }
  // New values are there before they are told.
  if (readiness.state === 'pending' || values !== linkValues(link, observed.config)) return putting;
  const obstacle = links.state.inSlot(link).find((each) => conflicts(each, link));
  if (obstacle === undefined) {
    const wish = draft.want(application, { kind: 'put-link', link }, values);
    return wish.state === 'failed' ? { type: 'failed', message: wish.reason } : putting;
  }
  if (isDeepStrictEqual(links.wanted.get(obstacle), obstacle)) {
    return {
      type: 'failed',
      message: `the link from ${link.sourceId} to ${obstacle.target} of another application has an interface that the one to ${link.target} needs`,
    };
  }
  const removal = removalOf(obstacle, links.state.inSlot(obstacle));
  const wish = draft.want(application, { kind: 'delete-link', ...removal });
  return wish.state === 'failed' ? { type: 'failed', message: wish.reason } : putting;
}

const deployed: StatusInfo = { type: 'deployed', message: '' };

/** What hosts say of a link that does not serve there. */
function undelivered(link: Link, { links }: PlanContext): StatusInfo | undefined {
  const own = links.undelivered.inSlot(link).filter(({ target }) => target === link.target);
  const one = own.find(({ state }) => state === 'failed') ?? own[0];
  return one && undeliveredStatus(one);
}

/** Whether a link of the same slot stands in the way of another: hosts refuse a second target for the same interface and name. */
function conflicts(existing: Link, link: Link): boolean {
  return (
    existing.target !== link.target && existing.interfaces.some((each) => link.interfaces.includes(each))
  );
}
