// `pnpm build:wasm`: builds wasm/validator.wasm from this folder and writes down what it is, in wasm/validator.json. Needs cargo with the
// target wasm32-unknown-unknown (`rustup target add wasm32-unknown-unknown`); nothing else of the repository does.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const recipe = new URL('./', import.meta.url);
const target = 'wasm32-unknown-unknown';
const run = (command, args) =>
  execFileSync(command, args, {
    cwd: fileURLToPath(recipe),
    stdio: ['ignore', 'pipe', 'inherit'],
  }).toString();

/** Paths of the machine are in messages of panics. */
const home = run('cargo', ['locate-project', '--message-format', 'plain'])
  .trim()
  .replace(/Cargo\.toml$/, '');
const cargoHome = process.env.CARGO_HOME ?? `${process.env.HOME}/.cargo`;
process.env.RUSTFLAGS = `--remap-path-prefix=${home}=recipe/ --remap-path-prefix=${cargoHome}/registry/src/=crates/`;
run('cargo', ['build', '--release', '--locked', '--target', target]);

const wasm = new URL('../wasm/', recipe);
mkdirSync(wasm, { recursive: true });
copyFileSync(
  new URL(`target/${target}/release/wasmlattice_validator.wasm`, recipe),
  new URL('validator.wasm', wasm),
);
const [, version] = /name = "wasmparser"\nversion = "([^"]+)"/.exec(
  readFileSync(new URL('Cargo.lock', recipe), 'utf8'),
);
const built = {
  wasmparser: version,
  rustc: run('rustc', ['--version']).trim(),
  sha256: createHash('sha256')
    .update(readFileSync(new URL('validator.wasm', wasm)))
    .digest('hex'),
};
writeFileSync(new URL('validator.json', wasm), `${JSON.stringify(built, undefined, 2)}\n`);
