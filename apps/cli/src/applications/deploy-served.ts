import { setTimeout as delay } from 'node:timers/promises';
import {
  type ApplicationClient,
  type ApplicationStatus,
  applicationOf,
  type CanaryTerms,
  type Manifest,
  type ManifestDocument,
  readDocument,
  readLattice,
  statusInLattice,
  wasRolledBack,
} from '@wasmlattice/applications';
import { CliError } from '../cli-error.js';
import type { LatticeCommand } from '../command.js';
import { jsonDocument } from '../output/json.js';
import { showPulls } from '../output/show-pulls.js';
import { chooseVersion } from './choose-version.js';
import { writeDifferences } from './write-differences.js';

export interface ServedSettings {
  /** How long it may take until what was asked for has come true. */
  readonly waitMs: number;
  readonly dryRun: boolean;
  /** Whether to wait for it at all. */
  readonly wait: boolean;
  /** It is to run beside the deployed version. */
  readonly canary?: CanaryTerms | undefined;
}

/** Asks who serves the applications of the lattice to deploy a manifest, and waits until all of it runs. */
export async function deployServed(
  document: ManifestDocument,
  client: ApplicationClient,
  command: LatticeCommand,
  settings: ServedSettings,
): Promise<void> {
  const { io } = command;
  const { name } = document.metadata;
  const { manifest } = readDocument(document);
  await tellChanges(manifest, client, command);
  const choice = await chooseVersion(client, document);
  if (settings.dryRun) return;
  let version: string;
  if (choice.kind === 'stored') version = choice.version;
  else {
    version = await client.put(choice.document);
    if (choice.taken !== undefined) {
      io.err(`note: version ${choice.taken} has been put with other content: this is version ${version}\n`);
    }
  }
  await askToDeploy(name, version, manifest, client, command, settings);
}

/** The same for a version that is stored. */
export async function deployVersionServed(
  document: ManifestDocument,
  version: string | undefined,
  client: ApplicationClient,
  command: LatticeCommand,
  settings: ServedSettings,
): Promise<void> {
  const { manifest } = readDocument(document);
  await tellChanges(manifest, client, command);
  if (settings.dryRun) return;
  await askToDeploy(manifest.name, version, manifest, client, command, settings);
}

async function tellChanges(
  manifest: Manifest,
  client: ApplicationClient,
  command: LatticeCommand,
): Promise<void> {
  // In JSON there is one document, that of wash.
  if (command.options.output === 'json') return;
  const { name } = manifest;
  const deployed = (await client.versions(name))?.find((each) => each.deployed);
  const before = deployed && (await client.get(name, deployed.version));
  if (before !== undefined) writeDifferences(readDocument(before).manifest, manifest, command);
}

async function askToDeploy(
  name: string,
  asked: string | undefined,
  manifest: Manifest,
  client: ApplicationClient,
  command: LatticeCommand,
  settings: ServedSettings,
): Promise<void> {
  const { io, options } = command;
  if (settings.canary !== undefined) {
    await askForCanary(name, asked, settings.canary, client, command, settings);
    return;
  }
  const version = await client.deploy(name, asked);
  if (settings.wait) await untilDeployed(manifest, client, command, settings.waitMs);
  io.out(
    options.output === 'json'
      ? jsonDocument({ success: true, model_name: name, model_version: version, deployed: true })
      : `Deployed application "${name}", version "${version}"\n`,
  );
}

async function askForCanary(
  name: string,
  asked: string | undefined,
  terms: CanaryTerms,
  client: ApplicationClient,
  { io, options }: LatticeCommand,
  { wait, waitMs }: ServedSettings,
): Promise<void> {
  const version = await client.canary(name, asked, terms);
  const deadline = performance.now() + waitMs;
  while (wait) {
    const { scalers } = await client.status(name);
    const canary = scalers.find((each) => each.kind === 'Canary' && each.name === version);
    if (canary !== undefined && canary.status.type !== 'reconciling') {
      if (wasRolledBack(canary)) {
        throw new CliError(
          canary.status.message,
          `the version that is deployed runs on: \`wasmlattice app status ${name}\``,
        );
      }
      if (options.output === 'text') io.out(`${canary.status.message}\n`);
      break;
    }
    if (performance.now() > deadline) {
      throw new CliError(
        `the canary of ${name} is to run, but does not after ${waitMs} ms`,
        `look at \`wasmlattice app status ${name}\`; wait longer with --wait-ms`,
      );
    }
    await delay(againMs, undefined, { signal: io.signal });
  }
  io.out(
    options.output === 'json'
      ? jsonDocument({ success: true, model_name: name, model_version: version, canary: true })
      : `Version "${version}" of application "${name}" is a canary: see \`wasmlattice app status ${name}\`\n`,
  );
}

/** Between two looks, in ms. */
const againMs = 250;

/** Waits until nothing is left to do: by the status, and by what runs, as a status may still be the one before. */
async function untilDeployed(
  manifest: Manifest,
  client: ApplicationClient,
  command: LatticeCommand,
  waitMs: number,
): Promise<void> {
  const { io, options } = command;
  const deadline = performance.now() + waitMs;
  await using pulls = await showPulls(command);
  let told = '';
  for (;;) {
    let status = await client.status(manifest.name);
    if (status.status.type === 'deployed') {
      const lattice = await readLattice(command.client, { ...options, signal: io.signal });
      status = statusInLattice(manifest, lattice);
      if (status.status.type === 'deployed') return;
    }
    if (status.status.type === 'undeployed') await refuseUndeployed(manifest.name, client);
    const text = `${describeStatus(status)}${readyOf(status)}`;
    if (text !== told && options.output === 'text') {
      pulls.clear();
      io.out(`${text}\n`);
    }
    told = text;
    if (performance.now() > deadline) {
      throw new CliError(
        `${manifest.name} is to run, but does not after ${waitMs} ms: ${text}`,
        `look at \`wasmlattice app status ${manifest.name}\`; wait longer with --wait-ms`,
      );
    }
    await delay(againMs, undefined, { signal: io.signal });
  }
}

/** A status may be the one before, what is stored is not. */
async function refuseUndeployed(name: string, client: ApplicationClient): Promise<void> {
  const versions = await client.versions(name);
  if (versions?.some(({ deployed }) => deployed) === true) return;
  throw new CliError(
    `${name} was ${versions === undefined ? 'deleted' : 'undeployed'} meanwhile`,
    'deploy it again if it is to run',
  );
}

/** ` (3 of 7 run)`: components and providers, each as often as it is to run. */
function readyOf({ scalers }: ApplicationStatus): string {
  const workloads = scalers.filter(({ kind }) => kind !== 'LinkScaler');
  const running = workloads.filter(({ status }) => status.type === 'deployed');
  return workloads.length === 0 ? '' : ` (${running.length} of ${workloads.length} run)`;
}

/** Asks to undeploy, and waits until it is. */
export async function undeployServed(
  name: string,
  client: ApplicationClient,
  command: LatticeCommand,
  { wait, waitMs }: ServedSettings,
): Promise<void> {
  const { io, options } = command;
  const message = await client.undeploy(name);
  const deadline = performance.now() + waitMs;
  while (wait) {
    const status = await client.status(name);
    if (status.status.type === 'undeployed') break;
    if (performance.now() > deadline) {
      throw new CliError(
        `${name} is not to run any more, but does after ${waitMs} ms: ${describeStatus(status)}`,
        `look at \`wasmlattice app status ${name}\`; wait longer with --wait-ms`,
      );
    }
    await delay(againMs, undefined, { signal: io.signal });
  }
  if (wait) await tellWhatStays(name, command);
  io.out(
    options.output === 'json'
      ? jsonDocument({
          success: true,
          results: `Undeployed application: ${name}`,
          undeployed_application_names: [name],
        })
      : `${message.includes('already') ? message : `Undeployed application: ${name}`}\n`,
  );
}

/** Providers of an application stay for as long as others use them. A host that does not say what runs there is passed over. */
async function tellWhatStays(name: string, { client, io, options }: LatticeCommand): Promise<void> {
  const { gatherMs, timeoutMs } = options;
  const hosts = await client.ping({ timeoutMs: gatherMs, signal: io.signal });
  const inventories = await Promise.allSettled(
    hosts.map(({ id }) => client.getHostInventory(id, { timeoutMs, signal: io.signal })),
  );
  for (const { friendlyName, providers } of inventories.flatMap((each) =>
    each.status === 'fulfilled' ? [each.value] : [],
  )) {
    for (const { id } of providers.filter(({ annotations }) => applicationOf(annotations) === name)) {
      io.err(`note: provider ${id} stays on ${friendlyName} until no other application uses it\n`);
    }
  }
}

/** `reconciling: Scaling component on 1 host(s)` */
export function describeStatus({ status }: ApplicationStatus): string {
  return status.message === '' ? status.type : `${status.type}: ${status.message}`;
}
