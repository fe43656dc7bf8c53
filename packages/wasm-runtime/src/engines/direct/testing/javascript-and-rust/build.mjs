// Makes composed.wasm.br and composed.json of this folder: `node build.mjs PATH-OF-WASM-TOOLS`. README.md beside it says what it needs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const [wasmTools = 'wasm-tools'] = process.argv.slice(2);
const here = fileURLToPath(new URL('./', import.meta.url));
const gallery = createRequire(new URL('../../../../../../../examples/gallery/package.json', import.meta.url));
const version = (command, ...args) =>
  execFileSync(command, [...args, '--version'])
    .toString()
    .trim();
const work = mkdtempSync(join(tmpdir(), 'javascript-and-rust-'));
const at = (name) => join(work, name);
try {
  const { componentize } = await import(pathToFileURL(gallery.resolve('componentize-qjs')).href);
  const { component } = await componentize({
    witPath: join(here, 'parts.wit'),
    world: 'javascript-part',
    jsSource: readFileSync(join(here, 'words.js'), 'utf8'),
  });
  writeFileSync(at('javascript.wasm'), component);

  const target = 'wasm32-unknown-unknown';
  const cargo = [
    'build',
    '--release',
    '--locked',
    '--target',
    target,
    '--target-dir',
    process.env.CARGO_TARGET_DIR ?? at('target'),
  ];
  execFileSync('cargo', cargo, { cwd: join(here, 'rust'), stdio: ['ignore', 'ignore', 'inherit'] });
  const module = join(process.env.CARGO_TARGET_DIR ?? at('target'), target, 'release/reports.wasm');
  execFileSync(wasmTools, ['component', 'new', module, '-o', at('rust.wasm')]);

  execFileSync(
    wasmTools,
    ['compose', at('rust.wasm'), '-d', at('javascript.wasm'), '-o', at('composed.wasm')],
    {
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  );
  const composed = readFileSync(at('composed.wasm'));
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: composed.length, [constants.BROTLI_PARAM_LGWIN]: 24 };
  writeFileSync(join(here, 'composed.wasm.br'), brotliCompressSync(composed, { params }));
  const { version: componentizeQjs } = gallery('componentize-qjs/package.json');
  const made = {
    bytes: composed.length,
    sha256: createHash('sha256').update(composed).digest('hex'),
    componentizeQjs,
    wasmTools: version(wasmTools),
    rustc: version('rustc'),
  };
  writeFileSync(join(here, 'composed.json'), `${JSON.stringify(made, undefined, 2)}\n`);
} finally {
  rmSync(work, { recursive: true });
}
