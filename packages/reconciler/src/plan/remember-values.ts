import { isSameLink } from '@wasmlattice/applications';
import type { PlannedStep } from './draft.js';
import type { PutForApplication } from './link-values.js';

/** What is to be remembered once a step is carried out: with which values a link was put. */
export function rememberValues(
  put: ReadonlyMap<string, PutForApplication>,
  { application, step, values }: PlannedStep,
): ReadonlyMap<string, PutForApplication> {
  const known = put.get(application);
  if (step.kind !== 'put-link' || values === undefined || known === undefined) return put;
  const links = known.links.map((link) => (isSameLink(link, step.link) ? { ...link, values } : link));
  return new Map(put).set(application, { ...known, links });
}
