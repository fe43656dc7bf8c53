import type { ComponentInspection, InspectedInterface } from '@wasmlattice/wasm-runtime/engines';

/** An inspection for people, the answer to "does it run?" first. */
export function inspectionText(file: string, inspection: ComponentInspection): string {
  const { exports, imports } = inspection;
  return [
    summary(file, inspection),
    imports && section('Imports', imports.flatMap(interfaceLines)),
    exports && section('Exports', exports.flatMap(interfaceLines)),
    section('Sizes', sizeLines(inspection)),
    section('Features', featureLines(inspection)),
  ]
    .filter((part) => part !== undefined)
    .join('\n');
}

function summary(file: string, { bytes, engine, obstacle = '', valid }: ComponentInspection): string {
  const kind =
    valid === undefined ? 'too much to be validated' : valid ? 'a valid component' : 'no valid component';
  const runs =
    engine === undefined ? `It would not run here: ${obstacle}` : `It runs here, on engine ${engine}.`;
  return `${file}: ${kind}, ${bytes} bytes\n${runs}\n`;
}

/** `undefined` for a section that has nothing to say. */
function section(title: string, lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

const servers: Readonly<Record<NonNullable<InspectedInterface['servedBy']>, string>> = {
  host: ' (served by the host)',
  link: ' (needs a link)',
  types: ' (types only)',
  nobody: ' (served by nobody)',
};

/** Types are written out, some in thousands of characters; JSON has all of them. */
const widestFunction = 160;

function cut(text: string): string {
  return text.length <= widestFunction ? text : `${text.slice(0, widestFunction - 1)}…`;
}

function interfaceLines({ functions, id, servedBy }: InspectedInterface): string[] {
  const name = id === '' ? 'the world itself' : id;
  const server = servedBy === undefined ? '' : servers[servedBy];
  return [`${name}${server}`, ...functions.map((text) => `  ${cut(text)}`)];
}

function sizeLines({ report }: ComponentInspection): string[] {
  if (report === undefined) return [];
  const { components, coreModules, customBytes } = report;
  const parts = coreModules.map(({ bytes, functions, memories, tables }, index) => {
    const sizes = memories.map(({ bits, bytes: first, imported, mostBytes }) => {
      const most = mostBytes === undefined ? '' : `, at most ${mostBytes}`;
      return `memory of ${first} bytes${most}${bits === 64 ? ', 64-bit' : ''}${imported ? ', imported' : ''}`;
    });
    const counts = `${bytes} bytes, ${functions} functions, ${tables} tables`;
    return `core module ${index}: ${[counts, ...sizes].join('; ')}`;
  });
  return [
    ...parts,
    ...(components > 0 ? [`components within it: ${components}`] : []),
    `names and other custom sections: ${customBytes} bytes`,
  ];
}

function featureLines({ report }: ComponentInspection): string[] {
  return report?.features.map(({ name, on, title }) => `${title} (${name})${on ? '' : ': off here'}`) ?? [];
}
