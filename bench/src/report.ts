import type { Measured, Measurement, Row } from './measurement.js';

export function rowOf(measurement: Measurement, { value, baseline, note }: Measured): Row {
  const { name, unit, better, target } = measurement;
  const ratio = rounded(value / baseline);
  return {
    name,
    value: rounded(value),
    unit,
    baseline: rounded(baseline),
    ratio,
    better,
    ...(target !== undefined && { target }),
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
  const cells = rows.map((row) => [
    row.name,
    String(row.value),
    String(row.baseline),
    row.unit,
    String(row.ratio),
    row.better,
    shownTarget(row),
  ]);
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
    const seen = rows[index]?.note;
    return `${name}: ${title}; baseline: ${baseline}${seen === undefined ? '' : `; ${seen}`}`;
  });
  return `${lines.join('\n')}\n\n${notes.join('\n')}\n`;
}

/** `≥ 0.4, missed` */
function shownTarget({ ratio, better, target }: Row): string {
  if (target === undefined) return '';
  const isMet = better === 'higher' ? ratio >= target : ratio <= target;
  return `${better === 'higher' ? '≥' : '≤'} ${target}${isMet ? '' : ', missed'}`;
}
