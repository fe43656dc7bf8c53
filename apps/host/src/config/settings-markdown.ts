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
    .map(({ group, rows }) => `### ${group}\n\n${tableHead}${rows.map(tableRow).join('')}`);
  const later = all.filter((setting) => setting.later === true).map(({ flag }) => `\`--${flag}\``);
  const note = 'Known from wasmCloud 1.x, refused with a clear message until they work:';
  return `${tables.join('\n')}\n### Not available yet\n\n${note}\n${later.join(', ')}.\n`;
}

const tableHead = '| Flag | Variable | Default | Meaning |\n|---|---|---|---|\n';

function tableRow(setting: Setting<unknown>): string {
  const { aliases = [], flag, help, placeholder, shape, short, variable } = setting;
  const names = [
    `--${flag}`,
    ...(short === undefined ? [] : [`-${short}`]),
    ...aliases.map((each) => `--${each}`),
  ];
  const value = shape === 'switch' ? '' : ` ${placeholder}`;
  const cells = [
    names.map((name, index) => `\`${name}${index === 0 ? value : ''}\``).join(', '),
    variable === undefined ? '' : `\`${variable}\``,
    shape === 'switch' ? 'off' : defaultText(setting),
    help,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
}
