import {
  type AnyLimitName,
  fixedLimitNames,
  fixedLimitTable,
  type LimitRow,
  limitKeyPrefix,
  limitNames,
  limitTable,
} from '../limit-table.js';

/** The table of limits as Markdown: the part of `docs/limits.md` between its marks. */
export function limitsMarkdown(): string {
  const head = ['Limit', 'Unit', 'Default', 'From', 'To', 'Host', 'Component', 'Whoever asks for more'];
  const rows = limitNames.map((limit) => {
    const { beyond, command, fallback, flag, help, least, most, scope, unit, variable } = limitTable[limit];
    const own = [`\`${limitKeyPrefix}${limit}\``, ...(command === undefined ? [] : [`\`${command}\``])];
    return [
      nameAndHelp(limit, help),
      unitOf(unit),
      String(fallback),
      String(least),
      String(most),
      `\`--${flag}\`, \`${variable}\``,
      scope === 'host' ? 'one for all' : own.join(', '),
      beyond,
    ];
  });
  for (const limit of fixedLimitNames) {
    const { beyond, help, unit, value } = fixedLimitTable[limit];
    rows.push([
      nameAndHelp(limit, help),
      unitOf(unit),
      ...Array(3).fill(String(value)),
      'fixed',
      'fixed',
      beyond,
    ]);
  }
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function nameAndHelp(limit: AnyLimitName, help: string): string {
  return `**${limit}**: ${help[0]?.toLowerCase()}${help.slice(1)}`;
}

function unitOf(unit: LimitRow['unit']): string {
  return unit === 'each' ? '' : unit;
}
