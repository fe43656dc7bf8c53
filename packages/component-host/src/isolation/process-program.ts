import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire, findPackageJSON } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What an isolated process is started with: no argument, file or variable that it does not need. */
export interface ProcessProgram {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The package of this file, unless it is part of a program's bundle. */
const ownPackage = '@wasmlattice/component-host';

/** Packages whose code the entry loads, itself or through others, and that its own package knows. */
const packages = [
  '@wasmlattice/capture',
  '@wasmlattice/http-client',
  '@wasmlattice/lattice-connection',
  '@wasmlattice/rpc',
  '@wasmlattice/telemetry',
  '@wasmlattice/wasm-runtime',
  'nats',
];

/** What packages of those load in turn, by who does. */
const packagesOfPackages = [['@wasmlattice/wasm-runtime', '@wasmlattice/component-validator']] as const;

/** Which certificates the connection to NATS trusts is the operator's choice for the host, and holds here too. */
const trustVariables = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
const trustFlag = /^--use-(system|openssl|bundled)-ca$/;

/**
 * Defence in depth for what goes beyond the sandbox of WebAssembly: no file but the code of the host, nothing to write, no
 * process to start, no add-on, no foreign function, no debugger, no text that becomes code. The entry gives up the right to start
 * threads as soon as its clock runs: one that is started with flags of its own has every right (measured on Node.js 26.10).
 */
export function isolatedProgram(entry: URL): ProcessProgram {
  const file = realpathSync(fileURLToPath(entry));
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  return {
    args: [
      ...flags.filter((flag) => trustFlag.test(flag)),
      '--permission',
      ...readableFolders(file).map((folder) => `--allow-fs-read=${folder}`),
      '--allow-net',
      '--allow-worker',
      // Flags that grant say on standard error that they are new, or that they grant.
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=SecurityWarning',
      '--disable-proto=throw',
      '--disallow-code-generation-from-strings',
      '--disable-sigusr1',
      file,
    ],
    env: Object.fromEntries(
      trustVariables.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

/**
 * The folders of the code: that of a bundle, which has all that the entry loads, or else whole trees of installed packages, and packages of
 * a workspace each by itself.
 */
function readableFolders(entry: string): string[] {
  if (isBundled()) return [dirname(entry)];
  const own = packages.map((name) => fileURLToPath(import.meta.resolve(name)));
  const others = packagesOfPackages.map(([by, name]) => createRequire(import.meta.resolve(by)).resolve(name));
  const files = [...own, ...others].map((file) => realpathSync(file));
  return [...new Set([entry, ...files].map(folderOf))];
}

function isBundled(): boolean {
  const manifest = findPackageJSON(import.meta.url);
  if (manifest === undefined) return true;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name !== ownPackage;
}

function folderOf(file: string): string {
  const installed = `${sep}node_modules${sep}`;
  const at = file.indexOf(installed);
  if (at >= 0) return file.slice(0, at + installed.length - 1);
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return dirname(file);
}
