import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Manifest, parseManifest } from '@wasmlattice/applications';
import { readComponentTypes } from '@wasmlattice/wasm-runtime/engines';
import type { BuildOutcome } from './builder.js';
import {
  addressesOf,
  type DevSettings,
  defaultApplication,
  findWorkload,
  withWorkload,
  workloadOf,
} from './dev-application.js';
import type { DevLattice } from './dev-lattice.js';
import { freePort } from './ports.js';
import type { DevProject } from './project.js';
import { serveImports, unlinkedImports } from './served-imports.js';
import type { DevTerminal } from './terminal.js';

export interface ServingOptions extends DevSettings {
  readonly project: DevProject;
  readonly lattice: DevLattice;
  readonly terminal: DevTerminal;
}

/** What the application was made of: when it changes, all of it is deployed again, else only the code is swapped. */
interface Basis {
  readonly manifestText: string | undefined;
  readonly imports: readonly string[];
  readonly handlesHttp: boolean;
}

type BuiltWorkload = Extract<BuildOutcome, { readonly kind: 'built' }>;

/** The application in the lattice. */
export class DevServing {
  readonly #options: ServingOptions;
  #basis: Basis | undefined;
  #application: Manifest | undefined;
  #workload = '';
  #port: number | undefined;
  #types: (Pick<Basis, 'imports' | 'handlesHttp'> & { readonly world: string | undefined }) | undefined;

  constructor(options: ServingOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  /** For messages on what failed: what goes on in spite of it. */
  get state(): string {
    return this.#application === undefined ? '' : '; what was served before goes on';
  }

  /** Where it is served now. */
  get address(): string | undefined {
    return this.#application === undefined
      ? undefined
      : addressesOf(this.#application, this.#workload)[0]?.replace(/^0\.0\.0\.0|^\[::\]/, 'localhost');
  }

  /** @throws DeployError, ManifestError, CliError for what can't be served */
  async serve({ path, world }: BuiltWorkload, since: number | undefined): Promise<void> {
    const { lattice, project, terminal } = this.#options;
    const image = pathToFileURL(path).href;
    const basis = await this.#readBasis(path, world);
    const isNew = this.#application === undefined;
    const isSame = JSON.stringify(basis) === JSON.stringify(this.#basis);
    if (this.#application !== undefined && isSame && project.kind !== 'provider') {
      await lattice.swap(this.#application, this.#workload, image);
    } else {
      const application = await this.#makeApplication(basis, image);
      await lattice.deploy(application, manifestFolder(project));
      this.#application = application;
      this.#basis = basis;
    }
    const took =
      since === undefined ? '' : ` ${((performance.now() - since) / 1_000).toFixed(2)} s after the change`;
    terminal.say(`served${took}${isNew ? `\n${this.#howToTry()}` : ''}`);
  }

  async #readBasis(path: string, world: string | undefined): Promise<Basis> {
    const { project } = this.#options;
    const manifestText =
      project.manifest === undefined ? undefined : await readFile(project.manifest, 'utf8');
    if (project.kind === 'provider') return { manifestText, imports: [], handlesHttp: false };
    if (this.#types === undefined || world === undefined || this.#types.world !== world) {
      this.#types = { world, ...(await this.#readTypes(path)) };
    }
    const { handlesHttp, imports } = this.#types;
    return { manifestText, handlesHttp, imports };
  }

  async #readTypes(path: string): Promise<Pick<Basis, 'imports' | 'handlesHttp'>> {
    const { exports, imports } = await readComponentTypes(await readFile(path), this.#options.project.name);
    return {
      imports: [...new Set(imports.map((each) => (each.implements ?? each.id).replace(/@.*$/, '')))].sort(),
      handlesHttp: exports.some(({ id }) => /^wasi:http\/(?:incoming-)?handler@/.test(id)),
    };
  }

  async #makeApplication({ handlesHttp, imports, manifestText }: Basis, image: string): Promise<Manifest> {
    const { config, project, terminal } = this.#options;
    const workload = workloadOf(project);
    let manifest: Manifest;
    let unserved: readonly string[];
    if (project.manifest !== undefined && manifestText !== undefined) {
      const parsed = parseManifest(manifestText, project.manifest);
      for (const warning of parsed.warnings) terminal.problem(`warning: ${warning}`);
      manifest = parsed.manifest;
      this.#workload = findWorkload(manifest, manifestFolder(project), workload);
      const own = manifest.components.find(({ name }) => name === this.#workload);
      unserved = unlinkedImports(imports, own?.links ?? []);
    } else {
      const served = await serveImports(imports);
      manifest = defaultApplication(project.name, workload, served, handlesHttp);
      this.#workload = project.name;
      unserved = served.unserved;
      if (handlesHttp) this.#port ??= await freePort();
    }
    for (const id of unserved) {
      terminal.problem(
        `warning: nothing serves ${id}, which it imports: calls of it fail until a manifest has a link for it (--wadm FILE)`,
      );
    }
    return withWorkload(manifest, this.#workload, image, { config, port: this.#port });
  }

  #howToTry(): string {
    const { address } = this;
    const { lattice, project } = this.#options;
    if (address !== undefined) {
      const url = `http://${address}/`;
      return `${url}  try: curl ${url}`;
    }
    const what =
      project.kind === 'provider'
        ? 'it runs; components that are linked to it can call it'
        : 'it runs, and exports no HTTP handler';
    return `${what}\nother commands reach it with ${lattice.flags}`;
  }
}

function manifestFolder({ folder, manifest }: DevProject): string {
  return manifest === undefined ? folder : dirname(manifest);
}
