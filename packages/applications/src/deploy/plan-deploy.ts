import { isDeepStrictEqual } from 'node:util';
import type {
  ComponentDescription,
  HostInventory,
  ProviderDescription,
  ScaleComponentInput,
  StringMap,
} from '@wasmlattice/control-interface';
import { componentId, configNames } from '../manifest/identifiers.js';
import type { Manifest, Scaler } from '../manifest/manifest.js';
import { applicationOf, deployedAnnotations, isOurs, isOutdated } from './annotations.js';
import type { ApplicationMemory } from './application-memory.js';
import { DeployError } from './deploy-error.js';
import { isBuiltin, resolveImage, shownProviderReference } from './image-reference.js';
import type { LatticeView } from './lattice-view.js';
import { placeComponent, placeProvider } from './placement.js';
import { planConfigs } from './plan-configs.js';
import { planGoneLinks, planLinks } from './plan-links.js';
import { whyStays } from './provider-use.js';
import { replaceCode } from './replace-code.js';
import type { Plan, Step, StepHost } from './steps.js';

/** wadm starts a provider without a scaler once. */
const providerScaler: Scaler = {
  kind: 'spread',
  instances: 1,
  spreads: [{ name: 'default', requirements: {}, weight: 100 }],
};

export interface PlanDeployOptions {
  /** SHA-256 of what files on this machine hold, by the name of the component. */
  readonly digests?: ReadonlyMap<string, string>;
  /** What the lattice remembers of applications; without it, links and configs of earlier versions stay. */
  readonly memory?: ApplicationMemory | undefined;
}

/**
 * Works out what to request so that the lattice is as the manifest says, and nothing else. Pure: what is there comes in as `lattice`.
 * Relative images are taken from `folder`.
 *
 * Configs come first, as hosts refuse names they do not know. Links that go do so before others take their place, or their address. Links
 * of provider processes come before the processes: they reach the provider with its start data, while a link put during its start could be
 * lost. Other links come last, when both ends run.
 *
 * @throws {@link DeployError} when there is no host for something
 */
export function planDeploy(
  manifest: Manifest,
  folder: string,
  lattice: LatticeView,
  { digests = new Map(), memory }: PlanDeployOptions = {},
): Plan {
  const application = manifest.name;
  const configs = planConfigs(manifest, lattice, memory);
  const gone = planGoneLinks(manifest, lattice, memory);
  const providers = planProviders(manifest, folder, lattice, digests);
  const components = planComponents(manifest, folder, lattice, digests);
  const places = [...providers.places, ...components.places];
  const leftovers = planLeftovers(manifest, lattice, places, memory);
  const links = planLinks(manifest, { ...lattice, links: gone.left }, configs.changed);
  const steps: Step[] = [
    ...configs.puts,
    ...gone.steps,
    ...leftovers.steps,
    ...providers.stops,
    ...links.early,
    ...providers.starts,
    ...components.steps,
    ...links.late,
    ...configs.deletions,
  ];
  return { application, steps, notes: [...providers.notes, ...leftovers.notes] };
}

/** `{host id} {id}` of something that stays. */
type Place = string;

const placeOf = (hostId: string, id: string): Place => `${hostId} ${id}`;

function planProviders(
  manifest: Manifest,
  folder: string,
  { hosts }: LatticeView,
  digests: ReadonlyMap<string, string>,
): { stops: Step[]; starts: Step[]; places: Place[]; notes: string[] } {
  const stops: Step[] = [];
  const starts: Step[] = [];
  const places: Place[] = [];
  const notes: string[] = [];
  for (const component of manifest.components) {
    if (component.kind !== 'capability' || component.source.kind !== 'image') continue;
    const { image } = resolveImage(component.source.image, folder);
    const providerId = componentId(manifest.name, component);
    const digest = digests.get(component.name);
    const running = (host: HostInventory) => host.providers.find(({ id }) => id === providerId);
    const scaler = component.scalers[0] ?? providerScaler;
    for (const { host, spread } of placeProvider(
      component.name,
      scaler,
      hosts,
      (each) => running(each) !== undefined,
    )) {
      places.push(placeOf(host.hostId, providerId));
      const there = running(host);
      const command = {
        providerId,
        providerRef: image,
        config: configNames(manifest.name, component.config),
        annotations: deployedAnnotations(manifest.name, spread, digest),
      };
      const owner = there && applicationOf(there.annotations);
      const isShared = owner !== undefined && owner !== manifest.name;
      const isSame =
        there?.imageRef === shownProviderReference(image) &&
        (isShared || !isOutdated(there.annotations, digest));
      if (there !== undefined && isSame) {
        if (isShared) {
          notes.push(
            `provider ${providerId} belongs to application ${owner} and is shared with ${manifest.name}`,
          );
        }
        starts.push(
          isShared || hasConfigs(there, command.config)
            ? { kind: 'keep-provider', host: stepHost(host), providerId }
            : { kind: 'update-provider', host: stepHost(host), command },
        );
        continue;
      }
      if (there !== undefined) {
        refuseForeign(manifest, providerId, there.annotations);
        if (!isBuiltin(image)) {
          starts.push({ kind: 'replace-provider', host: stepHost(host), command });
          continue;
        }
        stops.push({ kind: 'stop-provider', host: stepHost(host), providerId });
      }
      starts.push({ kind: 'start-provider', host: stepHost(host), command });
    }
  }
  return { stops, starts, places, notes };
}

/** Hosts of wasmCloud do not tell which configs a provider has. */
function hasConfigs({ config }: ProviderDescription, wanted: readonly string[]): boolean {
  return config === undefined || isDeepStrictEqual(config, wanted);
}

function planComponents(
  manifest: Manifest,
  folder: string,
  { hosts }: LatticeView,
  digests: ReadonlyMap<string, string>,
): { steps: Step[]; places: Place[] } {
  const steps: Step[] = [];
  const places: Place[] = [];
  for (const component of manifest.components) {
    const [scaler] = component.scalers;
    if (component.kind !== 'component' || component.source.kind !== 'image' || scaler === undefined) continue;
    const { image } = resolveImage(component.source.image, folder);
    const id = componentId(manifest.name, component);
    const digest = digests.get(component.name);
    const running = (host: HostInventory) => host.components.find((each) => each.id === id);
    for (const { host, instances, spread } of placeComponent(
      component.name,
      scaler,
      hosts,
      (each) => running(each) !== undefined,
    )) {
      const there = running(host);
      if (there === undefined && instances === 0) continue;
      places.push(placeOf(host.hostId, id));
      const annotations = deployedAnnotations(manifest.name, spread, digest);
      if (there !== undefined) refuseForeign(manifest, id, there.annotations);
      const isOther =
        there !== undefined && (there.imageRef !== image || isOutdated(there.annotations, digest));
      const command = {
        componentId: id,
        componentRef: image,
        maxInstances: instances,
        config: configNames(manifest.name, component.config),
        annotations,
      };
      if (isOther && instances > 0) {
        const step = replaceCode(there, stepHost(host), command);
        steps.push(step);
        if (step.kind === 'restart-component') continue;
      }
      if (there !== undefined && !isOther && isScaled(there, command)) continue;
      steps.push({ kind: 'scale-component', host: stepHost(host), command });
    }
  }
  return { steps, places };
}

/** Whether a component is as a request would have it. Hosts of wasmCloud do not tell which configs it has. */
function isScaled(
  there: ComponentDescription,
  { annotations, config, maxInstances }: ScaleComponentInput,
): boolean {
  return (
    there.maxInstances === maxInstances &&
    isDeepStrictEqual(there.config, config) &&
    Object.entries(annotations ?? {}).every(([key, value]) => there.annotations[key] === value)
  );
}

/** What an earlier version of the application left on hosts: gone from the manifest, or moved by its requirements. */
function planLeftovers(
  manifest: Manifest,
  lattice: LatticeView,
  places: readonly Place[],
  memory: ApplicationMemory | undefined,
): { steps: Step[]; notes: string[] } {
  const { hosts } = lattice;
  const own = new Set([
    ...manifest.components.map((component) => componentId(manifest.name, component)),
    ...hosts.flatMap(({ components }) =>
      components.filter((each) => isOurs(each.annotations, manifest.name)).map(({ id }) => id),
    ),
  ]);
  const notes = new Set<string>();
  const goes = (kind: 'component' | 'provider', id: string): boolean => {
    // What the manifest still has, on another host, is no matter of who else uses it.
    const isElsewhere = kind === 'component' && places.some((place) => place.endsWith(` ${id}`));
    const why = isElsewhere ? undefined : whyStays(kind, id, own, lattice, memory);
    if (why !== undefined) notes.add(why);
    return why === undefined;
  };
  const steps = hosts.flatMap((host): Step[] => {
    const isLeft = ({ annotations, id }: { readonly id: string; readonly annotations: StringMap }): boolean =>
      isOurs(annotations, manifest.name) && !places.includes(placeOf(host.hostId, id));
    const components = host.components
      .filter((each) => isLeft(each) && goes('component', each.id))
      .map(({ id, imageRef }) => stopComponent(host, id, imageRef));
    const providers = host.providers
      .filter((each) => isLeft(each) && goes('provider', each.id))
      .map(({ id }): Step => ({ kind: 'stop-provider', host: stepHost(host), providerId: id }));
    return [...components, ...providers];
  });
  return { steps, notes: [...notes] };
}

/** Scales a component to nothing. */
export function stopComponent(host: StepHost, id: string, imageRef: string): Step {
  return {
    kind: 'scale-component',
    host: stepHost(host),
    command: { componentId: id, componentRef: imageRef, maxInstances: 0 },
  };
}

function stepHost({ friendlyName, hostId }: StepHost): StepHost {
  return { friendlyName, hostId };
}

/** Two applications with the same explicit id would take turns in replacing each other. */
function refuseForeign(manifest: Manifest, id: string, annotations: Readonly<Record<string, string>>): void {
  const owner = applicationOf(annotations);
  if (owner === undefined || owner === manifest.name) return;
  throw new DeployError(
    `\`${id}\` runs already for application \`${owner}\``,
    `give it another \`properties.id\` in \`${manifest.name}\`, or undeploy \`${owner}\` first`,
  );
}
