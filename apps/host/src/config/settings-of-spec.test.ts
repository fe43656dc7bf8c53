import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Setting } from './setting.js';
import { settings } from './settings.js';

/** Settings of wasmCloud that this host does not obey, and why. */
const notObeyed: Readonly<Record<string, string>> = {
  '--flame-graph': 'refused: Node.js brings profilers of its own (`node --cpu-prof`), which show more',
};

interface Row {
  readonly flags: readonly string[];
  readonly variables: readonly string[];
}

/** Flags and variables in the tables of a section, as the page has them. */
function rowsOf(section: string): Row[] {
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, flags = '', variables = '']) => ({
      flags: flags.match(/--?[a-z][a-z-]*/g) ?? [],
      variables: variables.match(/(?:WASMCLOUD|OTEL)_[A-Z_]+[A-Z]/g) ?? [],
    }))
    .filter(({ flags }) => flags.length > 0);
}

const page = await readFile(new URL('../../../../docs/spec/host-config.md', import.meta.url), 'utf8');
const rows = rowsOf(page.split('\n## 2. ')[0]?.split('\n## 1. ')[1] ?? '');
const ours = Object.values<Setting<unknown>>(settings);
const known = new Map<string, Setting<unknown>>(
  ours.flatMap((setting) =>
    [
      `--${setting.flag}`,
      ...(setting.aliases ?? []).map((alias) => `--${alias}`),
      ...(setting.short === undefined ? [] : [`-${setting.short}`]),
    ].map((flag) => [flag, setting]),
  ),
);

/** Flags that are no settings: they print something and end. */
const printing = new Set(['--help', '--help-markdown', '--version']);

describe('settings of wasmCloud', () => {
  it('are read from the page of the specification', () => {
    expect(rows.length).toBeGreaterThan(50);
  });

  it.each(rows.filter(({ flags }) => !flags.some((flag) => printing.has(flag))))(
    '$flags are here under their names, with $variables',
    ({ flags, variables }) => {
      for (const flag of flags) expect(known.has(flag), `${flag} is no setting`).toBe(true);
      const names = flags.map((flag) => known.get(flag)?.variable).filter((name) => name !== undefined);
      for (const variable of variables) {
        // Each label has a variable of its own.
        if (variable !== 'WASMCLOUD_LABEL') expect(names).toContain(variable);
      }
    },
  );

  it('are obeyed, but for those listed with a reason', () => {
    const upstream = new Set(rows.flatMap(({ flags }) => flags));
    const left = ours
      .filter(({ flag, later }) => upstream.has(`--${flag}`) && later === true)
      .map(({ flag }) => `--${flag}`);
    expect(left.sort()).toEqual(Object.keys(notObeyed).sort());
  });
});
