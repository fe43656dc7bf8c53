import type { Setting } from './setting.js';
import { defaultText, settingGroups } from './setting.js';
import { settings } from './settings.js';

/** All settings as Markdown: a table for each group, and a list of those that have no effect yet. */
export function settingsMarkdown(): string {
  const all = Object.values<Setting<unknown>>(settings);
  const available = all.filter((setting) => setting.later !== true);
  const tables = settingGroups
    .map((group) => ({ group, rows: available.filter((setting) => setting.group === group) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ group, rows }) => `### ${group}\n\n${table(rows.map(tableRow))}`);
  const later = all.filter((setting) => setting.later === true).map(({ flag }) => `\`--${flag}\``);
  const note = 'Known from wasmCloud 1.x, refused with a clear message until they work:';
  return `${tables.join('\n')}\n### Not available yet\n\n${note}\n${later.join(', ')}.\n`;
}

/** Columns padded to one width, as Markdown formatters leave them. */
function table(rows: readonly (readonly string[])[]): string {
  const head = ['Flag', 'Variable', 'Default', 'Meaning'];
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |\n`;
  const [first = [], ...rest] = cells;
  return [first, widths.map((width) => '-'.repeat(width)), ...rest].map(line).join('');
}

function tableRow(setting: Setting<unknown>): string[] {
  const { aliases = [], flag, help, placeholder, shape, short, variable } = setting;
  const value = shape === 'switch' ? '' : ` ${placeholder}`;
  const names = [`--${flag}${value}`, ...(short === undefined ? [] : [`-${short}`])];
  return [
    [...names, ...aliases.map((alias) => `--${alias}`)].map((name) => `\`${name}\``).join(', '),
    variable === undefined ? '' : `\`${variable}\``,
    shape === 'switch' ? 'off' : defaultText(setting),
    help,
  ];
}
