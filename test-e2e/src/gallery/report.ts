import type { GalleryRow } from './run-gallery.js';

const head = ['language', 'guest', 'engine', 'size', 'build', 'first', 'req/s 1', 'req/s 16', 'result'];

/** One line for each guest on each engine, then what is to be said about them. */
export function renderGallery(rows: readonly GalleryRow[]): string {
  const cells = rows.map((row) => [
    row.language,
    row.kind,
    row.engine,
    row.bytes === undefined ? '' : sizeText(row.bytes),
    buildText(row),
    row.firstAnswerMs === undefined ? '' : `${Math.round(row.firstAnswerMs)} ms`,
    ...(row.rates ?? []).map((rate) => String(Math.round(rate))),
    ...(row.rates === undefined ? ['', ''] : []),
    row.outcome === 'ok' ? 'ok' : `${row.outcome}: ${firstLine(row.reason ?? '')}`,
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
  return [...lines, '', ...resetNotes(rows), ...failureNotes(rows), countLine(rows), ''].join('\n');
}

/** Which guests are not reset, by reason. */
function resetNotes(rows: readonly GalleryRow[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { language, kind, engine, outcome, newInstances } of rows) {
    if (outcome !== 'ok' || engine === 'jco') continue;
    const name = `${language}/${kind}`;
    const reason = newInstances ?? '';
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...byReason].map(([reason, names]) =>
    reason === ''
      ? `Instances are reset: ${names.join(', ')}`
      : `Each invocation takes a new instance, since ${reason}: ${names.join(', ')}`,
  );
}

/** What did not fit into the line. */
function failureNotes(rows: readonly GalleryRow[]): string[] {
  return rows
    .filter(({ outcome, reason }) => outcome === 'failed' && reason !== undefined && reason.includes('\n'))
    .map(({ language, kind, engine, reason }) => `\n${language}/${kind} on ${engine}:\n${reason}`);
}

function countLine(rows: readonly GalleryRow[]): string {
  const count = (outcome: GalleryRow['outcome']): number =>
    rows.filter((row) => row.outcome === outcome).length;
  return `${count('ok')} ok, ${count('failed')} failed, ${count('skipped')} skipped`;
}

function buildText({ bytes, buildMs }: GalleryRow): string {
  if (bytes === undefined) return '';
  return buildMs === undefined ? 'cached' : `${(buildMs / 1_000).toFixed(1)} s`;
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
