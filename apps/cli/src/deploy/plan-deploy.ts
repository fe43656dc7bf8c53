import type { HostInventory, Link, LinkInput } from '@wasmlattice/control-interface';
import { componentId, configName } from '../manifest/identifiers.js';
import type { ConfigEntry, Manifest, ManifestComponent, Scaler } from '../manifest/manifest.js';
import { applicationOf, deployedAnnotations, isOurs } from './annotations.js';
import { DeployError } from './deploy-error.js';
import { isBuiltin, resolveImage, shownProviderReference } from './image-reference.js';
import type { LatticeView } from './lattice-view.js';
import { placeComponent, placeProvider } from './placement.js';
import type { Plan, Step, StepHost } from './steps.js';

/** wadm starts a provider without a scaler once. */
const providerScaler: Scaler = {
  kind: 'spread',
  instances: 1,
  spreads: [{ name: 'default', requirements: {}, weight: 100 }],
};

/**
 * Works out what to request so that the lattice is as the manifest says. Pure: what is there comes in as `lattice`.
 * Relative images are taken from `folder`. A plan for a lattice that is as wanted changes nothing.
 *
 * Configs come first, as hosts refuse names they do not know. Links of provider processes come before the processes:
 * they reach the provider with its start data, while a link put during its start could be lost. Other links come
 * last, when both ends run.
 *
 * @throws {@link DeployError} when there is no host for something
 */
export function planDeploy(manifest: Manifest, folder: string, lattice: LatticeView): Plan {
  const application = manifest.name;
  const providers = planProviders(manifest, folder, lattice);
  const components = planComponents(manifest, folder, lattice);
  const links = planLinks(manifest, lattice);
  const steps: Step[] = [
    ...planConfigs(manifest),
    ...planLeftovers(manifest, lattice, [...providers.places, ...components.places]),
    ...providers.stops,
    ...links.replaced,
    ...links.early,
    ...providers.starts,
    ...components.steps,
    ...links.late,
  ];
  return { application, steps, notes: [...providers.notes] };
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
): { stops: Step[]; starts: Step[]; places: Place[]; notes: string[] } {
  const stops: Step[] = [];
  const starts: Step[] = [];
  const places: Place[] = [];
  const notes: string[] = [];
  for (const component of manifest.components) {
    if (component.kind !== 'capability' || component.source.kind !== 'image') continue;
    const { image } = resolveImage(component.source.image, folder);
    const providerId = componentId(manifest.name, component);
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
      if (there !== undefined && there.imageRef === shownProviderReference(image)) {
        starts.push({ kind: 'keep-provider', host: stepHost(host), providerId });
        const owner = applicationOf(there.annotations);
        if (owner !== undefined && owner !== manifest.name) {
          notes.push(
            `provider ${providerId} belongs to application ${owner} and is shared with ${manifest.name}`,
          );
        }
        continue;
      }
      if (there !== undefined) {
        refuseForeign(manifest, providerId, there.annotations);
        stops.push({ kind: 'stop-provider', host: stepHost(host), providerId });
      }
      starts.push({
        kind: 'start-provider',
        host: stepHost(host),
        command: {
          providerId,
          providerRef: image,
          config: configNames(manifest, component.config),
          annotations: deployedAnnotations(manifest.name, spread),
        },
      });
    }
  }
  return { stops, starts, places, notes };
}

function planComponents(
  manifest: Manifest,
  folder: string,
  { hosts }: LatticeView,
): { steps: Step[]; places: Place[] } {
  const steps: Step[] = [];
  const places: Place[] = [];
  for (const component of manifest.components) {
    const [scaler] = component.scalers;
    if (component.kind !== 'component' || component.source.kind !== 'image' || scaler === undefined) continue;
    const { image } = resolveImage(component.source.image, folder);
    const id = componentId(manifest.name, component);
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
      const annotations = deployedAnnotations(manifest.name, spread);
      if (there !== undefined) refuseForeign(manifest, id, there.annotations);
      if (there !== undefined && there.imageRef !== image && instances > 0) {
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
          config: configNames(manifest, component.config),
          annotations,
        },
      });
    }
  }
  return { steps, places };
}

/** What an earlier version of the application left on hosts: gone from the manifest, or moved by its requirements. */
function planLeftovers(manifest: Manifest, { hosts }: LatticeView, places: readonly Place[]): Step[] {
  return hosts.flatMap((host): Step[] => {
    const stays = ({ id }: { readonly id: string }) => places.includes(placeOf(host.hostId, id));
    const components = host.components
      .filter((each) => isOurs(each.annotations, manifest.name) && !stays(each))
      .map(({ id, imageRef }) => stopComponent(host, id, imageRef));
    const providers = host.providers
      .filter((each) => isOurs(each.annotations, manifest.name) && !stays(each))
      .map(({ id }): Step => ({ kind: 'stop-provider', host: stepHost(host), providerId: id }));
    return [...components, ...providers];
  });
}

/** Scales a component to nothing. */
export function stopComponent(host: StepHost, id: string, imageRef: string): Step {
  return {
    kind: 'scale-component',
    host: stepHost(host),
    command: { componentId: id, componentRef: imageRef, maxInstances: 0 },
  };
}

function planLinks(
  manifest: Manifest,
  lattice: LatticeView,
): { replaced: Step[]; early: Step[]; late: Step[] } {
  const byName = new Map(manifest.components.map((component) => [component.name, component]));
  const early: Step[] = [];
  const late: Step[] = [];
  const replaced = new Map<Link, Step>();
  for (const source of manifest.components) {
    for (const [index, link] of manifestLinks(manifest, source).entries()) {
      const target = byName.get(source.links[index]?.target ?? '');
      const step: Step = { kind: 'put-link', link };
      (isProcess(source) || (target !== undefined && isProcess(target)) ? early : late).push(step);
      for (const conflict of lattice.links.filter((each) => conflicts(each, link))) {
        const { name, sourceId, witNamespace, witPackage } = conflict;
        replaced.set(conflict, { kind: 'delete-link', link: { name, sourceId, witNamespace, witPackage } });
      }
    }
  }
  return { replaced: [...replaced.values()], early, late };
}

/** The links of a component with ids and stored names, in the order of the manifest. */
export function manifestLinks(manifest: Manifest, source: ManifestComponent): LinkInput[] {
  const ids = new Map(manifest.components.map((each) => [each.name, componentId(manifest.name, each)]));
  return source.links.map((link) => ({
    sourceId: componentId(manifest.name, source),
    target: ids.get(link.target) ?? link.target,
    name: link.name,
    witNamespace: link.namespace,
    witPackage: link.package,
    interfaces: link.interfaces,
    sourceConfig: configNames(manifest, link.sourceConfig),
    targetConfig: configNames(manifest, link.targetConfig),
  }));
}

/** Whether a link stands in the way of another: hosts refuse a second target for the same interface and name. */
function conflicts(existing: Link, link: LinkInput): boolean {
  return (
    existing.sourceId === link.sourceId &&
    existing.name === link.name &&
    existing.witNamespace === link.witNamespace &&
    existing.witPackage === link.witPackage &&
    existing.target !== link.target &&
    existing.interfaces.some((each) => link.interfaces.includes(each))
  );
}

function isProcess({ kind, source }: ManifestComponent): boolean {
  return kind === 'capability' && source.kind === 'image' && !isBuiltin(source.image);
}

function configNames(manifest: Manifest, entries: readonly ConfigEntry[]): string[] {
  return entries.map((entry) => configName(manifest.name, entry));
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
