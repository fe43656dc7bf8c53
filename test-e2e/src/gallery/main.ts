import { parseArgs } from 'node:util';
import {
  buildGallery,
  c,
  go,
  javascript,
  javascriptWasi03,
  python,
  pythonWasi03,
  rust,
  rustWasi03,
} from '@wasmlattice/example-gallery';
import { engines as allEngines } from '../engine-args.js';
import { cacheDir } from '../paths.js';
import { renderGallery } from './report.js';
import { runGallery } from './run-gallery.js';

// `pnpm gallery [LANGUAGE…] [--engine NAME]`. Only the table goes to standard output.
const known = [c, go, javascript, javascriptWasi03, python, pythonWasi03, rust, rustWasi03];
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: 'string', multiple: true } },
});
const unknown = [
  ...positionals.filter((name) => !known.some((language) => language.name === name)),
  ...(values.engine ?? []).filter((name) => !allEngines.some((engine) => engine === name)),
];
if (unknown.length > 0) {
  const languages = known.map(({ name }) => name).join(', ');
  process.stderr.write(
    `unknown: ${unknown.join(', ')}; there are the languages ${languages} and the engines ${allEngines.join(', ')}\n`,
  );
  process.exit(2);
}

const report = (message: string): void => void process.stderr.write(`${message}\n`);
const guests = await buildGallery({
  languages: known.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
  cacheRoot: cacheDir,
  report,
});
const engines = allEngines.filter((engine) => values.engine?.includes(engine) ?? true);
const rows = await runGallery({ guests, engines, report });
process.stdout.write(renderGallery(rows));
process.exit(rows.some(({ outcome }) => outcome === 'failed') ? 1 : 0);
