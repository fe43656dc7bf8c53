import type { JsonValue } from '@wasmlattice/rpc/json';
import type { RecordedCall, RecordedInvocation } from '../file/records.js';
import { jsonDifferences, type ValueDifference } from './json-differences.js';
import type { AnsweredCall } from './recorded-answers.js';

/** What is another than it was when the invocation was recorded. */
export type Difference =
  /** What came of it, or what it read of its request or configuration. */
  | ({ readonly kind: 'outcome' | 'input' } & ValueDifference)
  /** A call that has other arguments now. */
  | { readonly kind: 'changed-call'; readonly call: string; readonly values: readonly ValueDifference[] }
  /** A call that is made no longer. */
  | { readonly kind: 'missing-call'; readonly call: string; readonly params: JsonValue }
  /** A call that was not made then; it has failed, since nobody knows its answer. */
  | { readonly kind: 'extra-call'; readonly call: string; readonly params: JsonValue }
  /** A call that is made after one that it was made before. */
  | { readonly kind: 'moved-call'; readonly call: string; readonly params: JsonValue }
  /** The recorded answer does not fit the type that the code expects now. */
  | { readonly kind: 'misfit-answer'; readonly call: string; readonly reason: string };

/** @param answered what answered each call of the replay, in their order */
export function invocationDifferences(
  recorded: RecordedInvocation,
  replayed: RecordedInvocation,
  answered: readonly AnsweredCall[],
): readonly Difference[] {
  return [
    ...jsonDifferences('', recorded.outcome as JsonValue, replayed.outcome as JsonValue).map(
      (difference) => ({ kind: 'outcome' as const, ...difference }),
    ),
    ...unknownKeys('config', recorded.config, replayed.config, recorded.allConfig === true),
    ...unknownKeys('secret', recorded.secrets, replayed.secrets, false),
    ...callDifferences(recorded.calls, replayed.calls, answered),
  ];
}

function callDifferences(
  recorded: readonly RecordedCall[],
  replayed: readonly RecordedCall[],
  answered: readonly AnsweredCall[],
): readonly Difference[] {
  const made = replayed.flatMap((call, at) => madeDifferences(call, answered[at], recorded));
  const used = new Set(answered.map((each) => each.recorded));
  const missing = recorded.flatMap((call, at) =>
    used.has(at)
      ? []
      : [{ kind: 'missing-call' as const, call: nameOf(call), params: call.params as JsonValue }],
  );
  return [...made, ...missing, ...movedCalls(recorded, answered)];
}

function madeDifferences(
  call: RecordedCall,
  { recorded: at, misfit }: AnsweredCall = { recorded: undefined },
  recorded: readonly RecordedCall[],
): readonly Difference[] {
  const before = at === undefined ? undefined : recorded[at];
  if (before === undefined) {
    return [{ kind: 'extra-call', call: nameOf(call), params: call.params as JsonValue }];
  }
  const values = jsonDifferences('', before.params as JsonValue, call.params as JsonValue);
  return [
    ...(values.length > 0 ? [{ kind: 'changed-call' as const, call: nameOf(call), values }] : []),
    ...(misfit === undefined ? [] : [{ kind: 'misfit-answer' as const, call: nameOf(call), reason: misfit }]),
  ];
}

/** Calls that were under way at the same time have no order. */
function movedCalls(
  recorded: readonly RecordedCall[],
  answered: readonly AnsweredCall[],
): readonly Difference[] {
  const moved: Difference[] = [];
  let latest: RecordedCall | undefined;
  for (const { recorded: at } of answered) {
    const call = at === undefined ? undefined : recorded[at];
    if (call === undefined) continue;
    if (latest !== undefined && call.ended !== undefined && call.ended < latest.began) {
      moved.push({ kind: 'moved-call', call: nameOf(call), params: call.params as JsonValue });
    }
    if (latest === undefined || call.began > latest.began) latest = call;
  }
  return moved;
}

function unknownKeys(
  what: 'config' | 'secret',
  recorded: Readonly<Record<string, unknown>> = {},
  replayed: Readonly<Record<string, unknown>> = {},
  hasAll: boolean,
): readonly Difference[] {
  return Object.keys(replayed)
    .filter((key) => !hasAll && !Object.hasOwn(recorded, key))
    .map((key) => ({
      kind: 'input' as const,
      path: `${what}.${key}`,
      replayed: 'is read, and was not then',
    }));
}

function nameOf({ interface: id, function: func, link }: RecordedCall): string {
  return `${id} ${func}${link === undefined ? '' : ` by link ${link}`}`;
}
