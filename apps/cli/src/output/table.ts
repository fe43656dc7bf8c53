/** Columns aligned with blanks, a line of headings first; `(none)` below it when there are no rows. */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.length === 0 ? [['(none)']] : rows;
  const lines = [headings, ...shown];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** `a=1, b=2`, in the order of the names. */
export function renderMap(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
