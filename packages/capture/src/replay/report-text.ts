import type { JsonValue } from '@wasmlattice/rpc/json';
import type { Difference } from './invocation-differences.js';
import type { ValueDifference } from './json-differences.js';
import type { ReplayedInvocation, ReplayReport } from './replay-capture.js';

/** Characters of a value that are shown, around the place where it differs. */
const shownCharacters = 200;

/** What a replay came to, for people: invocations that differ in full, others in one sum. */
export function reportText(report: ReplayReport): string {
  const { invocations } = report;
  const blocks = invocations
    .filter(({ status }) => status !== 'same')
    .map((each) => invocationText(each, invocations.length));
  return [...blocks, summaryText(report)].join('\n');
}

export function invocationText(
  { number, name, status, reason, differences }: ReplayedInvocation,
  total: number,
): string {
  const head = `${number}/${total} ${name}: ${status}${reason === undefined ? '' : ` (${reason})`}`;
  return [head, ...differences.map(differenceText)].join('\n');
}

export function summaryText({ component, invocations, same, different, skipped }: ReplayReport): string {
  const parts = [
    `${same} the same`,
    `${different} different`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  const noun = invocations.length === 1 ? 'invocation' : 'invocations';
  return `${invocations.length} ${noun} of ${component} replayed: ${parts.join(', ')}`;
}

function differenceText(difference: Difference): string {
  switch (difference.kind) {
    case 'outcome':
    case 'input':
      return valueText(difference, '  ');
    case 'changed-call':
      return [
        `  call ${difference.call} has other arguments`,
        ...difference.values.map((value) => valueText(value, '    ')),
      ].join('\n');
    case 'missing-call':
      return `  call ${difference.call} is missing: ${oneLine(difference.params)}`;
    case 'extra-call':
      return `  call ${difference.call} is new, and has no recorded answer: ${oneLine(difference.params)}`;
    case 'moved-call':
      return `  call ${difference.call} comes later than it did: ${oneLine(difference.params)}`;
    case 'misfit-answer':
      return `  the recorded answer of call ${difference.call} does not fit any more: ${difference.reason}`;
  }
}

function valueText({ path, recorded, replayed }: ValueDifference, indent: string): string {
  const [before, after] = excerpts(recorded, replayed);
  return [
    `${indent}${path}`,
    ...(before === undefined ? [] : [`${indent}  - ${before}`]),
    ...(after === undefined ? [] : [`${indent}  + ${after}`]),
  ].join('\n');
}

/** Both, cut around the first place where they differ. */
function excerpts(
  recorded: JsonValue | undefined,
  replayed: JsonValue | undefined,
): [string | undefined, string | undefined] {
  const [one, other] = [recorded, replayed].map((json) =>
    json === undefined ? undefined : JSON.stringify(json),
  );
  if (one === undefined || other === undefined) return [cutAt(one, 0), cutAt(other, 0)];
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return [cutAt(one, at), cutAt(other, at)];
}

function cutAt(text: string | undefined, at: number): string | undefined {
  if (text === undefined || text.length <= shownCharacters) return text;
  const from = Math.max(0, Math.min(at - shownCharacters / 4, text.length - shownCharacters));
  const to = from + shownCharacters;
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

function oneLine(json: JsonValue): string {
  return cutAt(JSON.stringify(json), 0) ?? '';
}
