import type { WashOutcome } from './wash.js';

/** What a lattice has that the other has not, and the word that both are compared with. */
export type Names = ReadonlyMap<string, string>;

const generated: readonly (readonly [pattern: RegExp, word: string])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal.
  [/\u001b\[[\d;]*m/g, ''],
  [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, 'ULID'],
  [/\b[a-z]+-[a-z]+-\d{1,4}\b/g, 'FRIENDLY-NAME'],
  [/"uptime_seconds": \d+/g, '"uptime_seconds": N'],
  [/"uptime_human": "[^"]*"/g, '"uptime_human": "TIME"'],
  [/"version": "\d+\.\d+\.\d+[^"]*"/g, '"version": "VERSION"'],
  [/(FRIENDLY-NAME\s+)\d+/g, '$1N'],
];

/** What a command printed, without what differs from run to run; JSON with its keys in order. */
export function comparable(text: string, names: Names): string {
  let result = text;
  for (const [name, word] of names) result = result.replaceAll(name, word);
  for (const [pattern, word] of generated) result = result.replace(pattern, word);
  const trimmed = result.trim();
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    try {
      return JSON.stringify(inOrder(JSON.parse(trimmed.replaceAll(': N', ': 0'))), undefined, 1);
    } catch {
      // Not JSON after all.
    }
  }
  return trimmed.replaceAll(/[^\S\n]+/g, ' ').replaceAll(/\n\s*\n+/g, '\n');
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder).toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([key, each]) => [key, inOrder(each)]),
  );
}

/** What the two say differently; nothing where they agree. */
export function difference(
  theirs: { readonly outcome: WashOutcome; readonly names: Names },
  ours: { readonly outcome: WashOutcome; readonly names: Names },
): string | undefined {
  const lines: string[] = [];
  if (theirs.outcome.exit !== ours.outcome.exit) {
    lines.push(`exit code: theirs ${theirs.outcome.exit}, ours ${ours.outcome.exit}`);
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const [left, right] = [theirs, ours].map(({ outcome, names }) => comparable(outcome[stream], names));
    if (left !== right) lines.push(`theirs: ${left}`, `ours:   ${right}`);
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}
