import type { Measured, MeasuredRow, Measurement, Row, Skipped } from './measurement.js';

export function rowOf(measurement: Measurement, measured: Measured | Skipped): Row {
  const { name, unit, better, target } = measurement;
  const head = { name, unit, better, ...(target !== undefined && { target }) };
  if ('skipped' in measured) return { ...head, skipped: measured.skipped };
  const { value, baseline, note } = measured;
  return {
    ...head,
    value: rounded(value),
    baseline: rounded(baseline),
    ratio: rounded(value / baseline),
    ...(note !== undefined && { note }),
  };
}

/** Four significant digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** The rows as a table with what each is compared with below it. */
export function renderTable(measurements: readonly Measurement[], rows: readonly Row[]): string {
  const head = ['name', 'value', 'baseline', 'unit', 'ratio', 'better', 'target'];
  const cells = rows.map((row) =>
    'skipped' in row
      ? [row.name, 'skipped', '', row.unit, '', row.better, shownTarget(row)]
      : [
          row.name,
          String(row.value),
          String(row.baseline),
          row.unit,
          String(row.ratio),
          row.better,
          `${shownTarget(row)}${isMissed(row) ? ', missed' : ''}`,
        ],
  );
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const lines = [head, ...cells].map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = measurements.map(({ name, title, baseline }, index) => {
    const seen = seenIn(rows[index]);
    return `${name}: ${title}; baseline: ${baseline}${seen === undefined ? '' : `; ${seen}`}`;
  });
  return `${lines.join('\n')}\n\n${notes.join('\n')}\n`;
}

function seenIn(row: Row | undefined): string | undefined {
  if (row === undefined) return undefined;
  return 'skipped' in row ? `skipped: ${row.skipped}` : row.note;
}

/** `≥ 0.4` */
function shownTarget({ better, target }: Row): string {
  return target === undefined ? '' : `${better === 'higher' ? '≥' : '≤'} ${target}`;
}

function isMissed({ ratio, better, target }: MeasuredRow): boolean {
  if (target === undefined) return false;
  return better === 'higher' ? ratio < target : ratio > target;
}
