import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '@wasmlattice/rpc/json';

/** One place where two values differ; absent: there is nothing there. */
export interface ValueDifference {
  /** `response.headers.content-type`, `params.key`, `result.ok[2]`. */
  readonly path: string;
  readonly recorded?: JsonValue;
  readonly replayed?: JsonValue;
}

export function sameJson(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return isDeepStrictEqual(one, other);
}

/** The innermost places where they differ. Header lines go by their name. */
export function jsonDifferences(
  path: string,
  recorded: JsonValue | undefined,
  replayed: JsonValue | undefined,
): readonly ValueDifference[] {
  if (sameJson(recorded, replayed)) return [];
  if (isStream(recorded) && isStream(replayed)) return streamDifferences(path, recorded, replayed);
  const [one, other] = [members(recorded), members(replayed)];
  if (one === undefined || other === undefined || Array.isArray(recorded) !== Array.isArray(replayed)) {
    return [
      {
        path,
        ...(recorded !== undefined && { recorded }),
        ...(replayed !== undefined && { replayed }),
      },
    ];
  }
  const isList = Array.isArray(recorded) && !areHeaders(recorded);
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].flatMap((name) =>
    jsonDifferences(
      isList ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`,
      one.get(name),
      other.get(name),
    ),
  );
}

interface StreamJson {
  readonly [name: string]: JsonValue;
  readonly end: string;
}

function isStream(json: JsonValue | undefined): json is StreamJson {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
  const { end, bytes, items } = json as { [name: string]: JsonValue };
  return typeof end === 'string' && (bytes !== undefined || items !== undefined);
}

/** Of one that was not recorded to its end, its beginning is all that is known. */
function streamDifferences(path: string, recorded: StreamJson, replayed: StreamJson): ValueDifference[] {
  const content = (json: StreamJson): JsonValue => json.bytes ?? json.items ?? null;
  const [one, other] = [content(recorded), content(replayed)];
  const isPartial = recorded.end === 'open' || recorded.end === 'cut';
  if (isPartial && beginsAlike(one, other)) return [];
  if (!sameJson(one, other)) return [{ path, recorded: one, replayed: other }];
  if (recorded.end === replayed.end) return [];
  return [{ path: `${path} end`, recorded: recorded.end, replayed: replayed.end }];
}

function beginsAlike(one: JsonValue, other: JsonValue): boolean {
  if (typeof one === 'string' && typeof other === 'string')
    return other.startsWith(one) || one.startsWith(other);
  return sameJson(one, other);
}

/** By name or index; `undefined` for what has no members. */
function members(json: JsonValue | undefined): ReadonlyMap<string, JsonValue> | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  if (!Array.isArray(json)) return new Map(Object.entries(json));
  if (!areHeaders(json)) return new Map(json.map((item: JsonValue, at) => [String(at), item]));
  const byName = new Map<string, JsonValue>();
  for (const [name, value] of json as [string, JsonValue][]) {
    const known = byName.get(name);
    byName.set(name, known === undefined ? value : [known, value].flat());
  }
  return byName;
}

/** Pairs of a name and something. */
function areHeaders(json: readonly JsonValue[]): boolean {
  return (
    json.length > 0 &&
    json.every((pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string')
  );
}
