import { isDeepStrictEqual } from 'node:util';
import type { HostInventory, LinkInput, ProviderDescription } from '@wasmlattice/control-interface';
import { componentId, configName, configNames } from '../manifest/identifiers.js';
import type { ConfigEntry, Manifest, ManifestComponent, Scaler } from '../manifest/manifest.js';
import { applicationOf, deployedAnnotations, isOurs, isOutdated } from './annotations.js';
import { DeployError } from './deploy-error.js';
import { isBuiltin, resolveImage, shownProviderReference } from './image-reference.js';
import type { LatticeView } from './lattice-view.js';
import { placeComponent, placeProvider } from './placement.js';
import { manifestLinks, planPuts } from './plan-links.js';
import { otherUsers, staysFor } from './provider-use.js';
import type { Plan, Step, StepHost } from './steps.js';

/** wadm starts a provider without a scaler once. */
const providerScaler: Scaler = {
  kind: 'spread',
  instances: 1,
  spreads: [{ name: 'default', requirements: {}, weight: 100 }],
};

/**
 * Works out what to request so that the lattice is as the manifest says. Pure: what is there comes in as `lattice`.
 * Relative images are taken from `folder`; `digests` has those of files on this machine, by the name of the component. A plan for a lattice that is as wanted changes nothing.
 *
 * Configs come first, as hosts refuse names they do not know. Links of provider processes come before the processes:
 * they reach the provider with its start data, while a link put during its start could be lost. Other links come
 * last, when both ends run.
 *
 * @throws {@link DeployError} when there is no host for something
 */
export function planDeploy(
  manifest: Manifest,
  folder: string,
  lattice: LatticeView,
  digests: ReadonlyMap<string, string> = new Map(),
): Plan {
  const application = manifest.name;
  const providers = planProviders(manifest, folder, lattice, digests);
  const components = planComponents(manifest, folder, lattice, digests);
  const leftovers = planLeftovers(manifest, lattice, [...providers.places, ...components.places]);
  const links = planLinks(manifest, lattice);
  const steps: Step[] = [
    ...planConfigs(manifest),
    ...leftovers.steps,
    ...providers.stops,
    ...links.early,
    ...providers.starts,
    ...components.steps,
    ...links.late,
  ];
  return { application, steps, notes: [...providers.notes, ...leftovers.notes] };
}

/** The configs an application stores, each once. */
export function ownConfigs(manifest: Manifest): readonly ConfigEntry[] {
  const configs = new Map<string, ConfigEntry>();
  for (const component of manifest.components) {
    const ofLinks = component.links.flatMap((link) => [...link.sourceConfig, ...link.targetConfig]);
    for (const entry of [...component.config, ...ofLinks]) {
      if (entry.properties !== undefined) configs.set(configName(manifest.name, entry), entry);
    }
  }
  return [...configs.values()];
}

function planConfigs(manifest: Manifest): Step[] {
  return ownConfigs(manifest).map((entry) => ({
    kind: 'put-config',
    name: configName(manifest.name, entry),
    values: entry.properties ?? {},
  }));
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
      if (isOther && instances > 0) {
        // Not `allow_update` of the scale request: hosts drop the annotations with it.
        steps.push({
          kind: 'update-component',
          host: stepHost(host),
          command: { componentId: id, newComponentRef: image, annotations },
        });
      }
      steps.push({
        kind: 'scale-component',
        host: stepHost(host),
        command: {
          componentId: id,
          componentRef: image,
          maxInstances: instances,
          config: configNames(manifest.name, component.config),
          annotations,
        },
      });
    }
  }
  return { steps, places };
}

/** What an earlier version of the application left on hosts: gone from the manifest, or moved by its requirements. */
function planLeftovers(
  manifest: Manifest,
  lattice: LatticeView,
  places: readonly Place[],
): { steps: Step[]; notes: string[] } {
  const { hosts } = lattice;
  const own = new Set([
    ...manifest.components.map((component) => componentId(manifest.name, component)),
    ...hosts.flatMap(({ components }) =>
      components.filter((each) => isOurs(each.annotations, manifest.name)).map(({ id }) => id),
    ),
  ]);
  const notes = new Set<string>();
  const steps = hosts.flatMap((host): Step[] => {
    const stays = ({ id }: { readonly id: string }) => places.includes(placeOf(host.hostId, id));
    const components = host.components
      .filter((each) => isOurs(each.annotations, manifest.name) && !stays(each))
      .map(({ id, imageRef }) => stopComponent(host, id, imageRef));
    const providers = host.providers
      .filter((each) => isOurs(each.annotations, manifest.name) && !stays(each))
      .filter(({ id }) => {
        const users = otherUsers(id, own, lattice);
        if (users.length > 0) notes.add(staysFor(id, users));
        return users.length === 0;
      })
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

function planLinks(manifest: Manifest, { links }: LatticeView): { early: Step[]; late: Step[] } {
  const processes = new Set(
    manifest.components.filter(isProcess).map((component) => componentId(manifest.name, component)),
  );
  const ofProcess = ({ sourceId, target }: LinkInput) => processes.has(sourceId) || processes.has(target);
  const wanted = manifest.components.flatMap((component) => manifestLinks(manifest, component));
  const early = planPuts(wanted.filter(ofProcess), links);
  const late = planPuts(
    wanted.filter((link) => !ofProcess(link)),
    early.links,
  );
  return { early: early.steps, late: late.steps };
}

function isProcess({ kind, source }: ManifestComponent): boolean {
  return kind === 'capability' && source.kind === 'image' && !isBuiltin(source.image);
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
