import {
  type ApplicationStatus,
  canaryImages,
  componentId,
  configName,
  type DeployedApplication,
  ownConfigs,
  type ScalerStatus,
  statusOfAll,
} from '@wasmlattice/applications';
import type { Asked } from './asked.js';
import { Draft, type PlannedStep } from './draft.js';
import { type LatticeState, stateAfter } from './lattice-state.js';
import { LinkIndex } from './link-index.js';
import type { PutForApplication } from './link-values.js';
import { planGoneLinks, planLinks, rememberedLinks } from './plan-application-links.js';
import type { PlannedCanary } from './plan-canary.js';
import { planComponent } from './plan-components.js';
import { planConfigs } from './plan-configs.js';
import type { CommonContext, PlanContext, WantedCanary } from './plan-context.js';
import { planGoneConfigs, planRemoval, stopOf } from './plan-leaving.js';
import { planProvider } from './plan-providers.js';
import { wantedLinks } from './wanted-links.js';

/** What a plan is made of. */
export interface PlanInput {
  /** Applications that are to run. */
  readonly applications: readonly DeployedApplication[];
  readonly lattice: LatticeState;
  /** What was put for applications, those included that are to run no longer. */
  readonly put: ReadonlyMap<string, PutForApplication>;
  /** What was asked for lately, by what it is about, see `stepKey`. */
  readonly asked: ReadonlyMap<string, Asked>;
}

export interface LatticePlan {
  /** What to ask for, in any order: what has to wait for something is not part of the plan yet. */
  readonly steps: readonly PlannedStep[];
  /** Of the applications that are to run. */
  readonly statuses: ReadonlyMap<string, ApplicationStatus>;
  /** How far the second versions are, of applications that have a canary. */
  readonly canaries: ReadonlyMap<string, readonly PlannedCanary[]>;
  /** What is to be remembered before any of the steps is carried out. */
  readonly put: ReadonlyMap<string, PutForApplication>;
}

const nothing: PutForApplication = { links: [], configs: [] };

/**
 * Compares what should run with what runs. Pure. A lattice that is as wanted has no steps, and neither has one where all that is missing
 * was asked for. The order of applications, hosts and links makes no difference.
 */
export function planLattice({ applications, asked, lattice, put }: PlanInput): LatticePlan {
  const running = [...asked.values()].flatMap((each) => (each.state === 'running' ? [each.step] : []));
  const state = stateAfter(lattice, running);
  const draft = new Draft(asked);
  const inOrder = [...applications].sort((a, b) => (a.name < b.name ? -1 : 1));
  const manifests = inOrder.flatMap(({ manifest, name }) =>
    manifest === undefined ? [] : [{ manifest, name }],
  );
  const links = {
    observed: new LinkIndex(lattice.links),
    state: new LinkIndex(state.links),
    wanted: new LinkIndex(manifests.flatMap(({ manifest }) => [...wantedLinks(manifest).values()].flat())),
    undelivered: new LinkIndex(lattice.hosts.flatMap(({ inventory }) => inventory.undeliveredLinks ?? [])),
  };
  const wantedConfigs = new Set(
    manifests.flatMap(({ manifest, name }) => ownConfigs(manifest).map((entry) => configName(name, entry))),
  );
  const common: CommonContext = { observed: lattice, state, links, draft, wantedConfigs };
  const statuses = new Map<string, ApplicationStatus>();
  const toRemember = new Map<string, PutForApplication>();
  const canaries = new Map<string, readonly PlannedCanary[]>();

  for (const deployed of inOrder) {
    const { manifest, name: application, problem } = deployed;
    const known = put.get(application) ?? nothing;
    if (manifest === undefined) {
      // What runs of it stays: nobody can say what of it is wanted.
      statuses.set(application, { status: { type: 'failed', message: problem ?? '' }, scalers: [] });
      toRemember.set(application, known);
      continue;
    }
    const putLinks = new LinkIndex(known.links);
    const canary = wantedCanary(deployed);
    const context: PlanContext = { ...common, application, manifest, put: known, putLinks, canary };
    const planned = planApplication(context);
    statuses.set(application, statusOfAll(planned.scalers));
    if (canary !== undefined) canaries.set(application, planned.canaries);
    toRemember.set(application, remembered(context));
  }
  for (const [application, known] of put) {
    if (statuses.has(application)) continue;
    const isGone = planRemoval({ ...common, application, put: known, putLinks: new LinkIndex(known.links) });
    if (!isGone) toRemember.set(application, known);
  }
  return { steps: draft.steps, statuses, canaries, put: toRemember };
}

function wantedCanary({ canary, canaryManifest, manifest }: DeployedApplication): WantedCanary | undefined {
  if (canary?.state !== 'running' || canaryManifest === undefined || manifest === undefined) return undefined;
  return { share: canary.share, images: canaryImages(manifest, canaryManifest) };
}

interface PlannedApplication {
  readonly scalers: readonly ScalerStatus[];
  readonly canaries: readonly PlannedCanary[];
}

function planApplication(context: PlanContext): PlannedApplication {
  const { application, draft, manifest } = context;
  const before = draft.steps.length;
  planConfigs(context);
  const gone = planGoneLinks(context);
  const links = new Map(manifest.components.map((component) => [component, planLinks(component, context)]));
  const coming = new Set(
    [...links.values()]
      .flat()
      .flatMap(({ isComing, link }) => (isComing ? [link.sourceId, link.target] : [])),
  );
  const canaries: PlannedCanary[] = [];
  const scalers = manifest.components.flatMap((component): ScalerStatus[] => {
    const ofLinks = (links.get(component) ?? []).map(({ status }) => status);
    const { kind, source } = component;
    const [scaler] = component.scalers;
    if (source.kind === 'shared') return ofLinks;
    if (kind === 'capability') {
      const hasLinks = !coming.has(componentId(application, component));
      return [planProvider(component, source.image, hasLinks, context), ...ofLinks];
    }
    if (scaler === undefined) return ofLinks;
    const { canary, status } = planComponent(component, scaler, source.image, context);
    if (canary !== undefined) canaries.push(canary);
    return [status, ...ofLinks];
  });
  const ids = new Set(
    manifest.components
      .filter(({ kind, scalers: own }) => kind === 'capability' || own.length > 0)
      .map((component) => componentId(application, component)),
  );
  stopOf(context, (id) => ids.has(id));
  // What still uses an old config has to be gone.
  if (draft.steps.length === before && !gone.areLeft && scalers.every(isSettled)) planGoneConfigs(context);
  return { scalers, canaries };
}

function isSettled({ status }: ScalerStatus): boolean {
  return status.type !== 'reconciling';
}

function remembered(context: PlanContext): PutForApplication {
  const { application, manifest, observed, put, wantedConfigs } = context;
  const links = [...wantedLinks(manifest).values()].flat();
  const configs = ownConfigs(manifest).map((entry) => configName(application, entry));
  const leaving = put.configs.filter(
    (name) => !wantedConfigs.has(name) && observed.config(name) !== undefined,
  );
  return { links: rememberedLinks(links, context), configs: [...new Set([...configs, ...leaving])].sort() };
}
