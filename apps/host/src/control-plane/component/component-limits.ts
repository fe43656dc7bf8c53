import type { ScaleComponentCommand } from '@wasmlattice/control-interface';
import {
  describeLimit,
  type LimitName,
  type Limits,
  limitConflicts,
  limitKeyPrefix,
  limitNames,
  limitTable,
} from '@wasmlattice/wasm-runtime';

type Annotations = Readonly<Record<string, string>>;

/** Where a component may be given limits of its own. The first that names a limit counts. */
export interface LimitSources {
  readonly command: ScaleComponentCommand['componentLimits'];
  readonly annotations: Annotations;
  readonly config: ReadonlyMap<string, string>;
}

/** What the host allows. */
export interface HostLimits {
  /** Of components that have none of their own. */
  readonly limits: Limits;
  /** Memory that the process may have, in bytes. */
  readonly residentMemoryBytes: number;
}

/** Limits of a component that can't be; the message names each with its value and what may be. */
export class ComponentLimitsError extends Error {
  override readonly name = 'ComponentLimitsError';
}

/** A value, and where it was given. */
interface Given {
  readonly value: number;
  readonly source: string;
}

/** Whether an annotation or an entry of a config gives a limit. */
export function isLimitKey(key: string): boolean {
  return key.startsWith(limitKeyPrefix);
}

/**
 * All limits of a component: its own, else those of the host.
 *
 * @throws ComponentLimitsError for all that is wrong with its own
 */
export function limitsOf(sources: LimitSources, host: HostLimits): Limits {
  const mistakes: string[] = [];
  const given = new Map<LimitName, Given>();
  readEntries([...sources.config], 'config entry', given, mistakes);
  readEntries(Object.entries(sources.annotations), 'annotation', given, mistakes);
  readCommand(sources.command, host.limits, given);
  for (const [limit, { value, source }] of given) {
    const { least, most, isBoundByHost } = limitTable[limit];
    const highest = isBoundByHost ? Math.min(most, host.limits[limit]) : most;
    if (value >= least && value <= highest) continue;
    const whose = highest < most ? `, which the host's --${limitTable[limit].flag} allows` : '';
    mistakes.push(
      `${source} is ${value}: it must be from ${least} to ${describeLimit(limit, highest)}${whose}`,
    );
  }
  if (mistakes.length === 0) mistakes.push(...contradictions(given, host.residentMemoryBytes));
  if (mistakes.length > 0) throw new ComponentLimitsError(mistakes.join('; '));
  return { ...host.limits, ...valuesOf(given) };
}

function readEntries(
  entries: readonly (readonly [key: string, text: string])[],
  what: string,
  given: Map<LimitName, Given>,
  mistakes: string[],
): void {
  for (const [key, text] of entries) {
    if (!isLimitKey(key)) continue;
    const source = `${what} ${key}`;
    const limit = limitNames.find((name) => name === key.slice(limitKeyPrefix.length));
    if (limit === undefined) {
      const known = limitNames.filter((name) => limitTable[name].scope === 'component');
      mistakes.push(`${source} names no limit: there are ${known.join(', ')}`);
    } else if (limitTable[limit].scope === 'host') {
      mistakes.push(
        `${source} is one limit for all components: set the host's --${limitTable[limit].flag} instead`,
      );
    } else if (!/^\d{1,15}$/.test(text)) {
      const { least, most } = limitTable[limit];
      mistakes.push(
        `${source} is ${JSON.stringify(text)}: it must be a whole number from ${least} to ${describeLimit(limit, most)}`,
      );
    } else {
      given.set(limit, { value: Number(text), source });
    }
  }
}

/** Upstream's two limits. That of time counts within the host's, as it does there. */
function readCommand(limits: LimitSources['command'], host: Limits, given: Map<LimitName, Given>): void {
  const { maxMemoryLimit, maxExecutionTime } = limits ?? {};
  if (maxMemoryLimit !== undefined) {
    given.set('memory', { value: maxMemoryLimit, source: 'component limit max_memory_limit' });
  }
  if (maxExecutionTime !== undefined) {
    const value = Math.min(host['execution-time'], maxExecutionTime * 1_000);
    given.set('execution-time', { value, source: 'component limit max_execution_time (in ms)' });
  }
}

function contradictions(given: ReadonlyMap<LimitName, Given>, residentMemoryBytes: number): string[] {
  return limitConflicts(valuesOf(given), residentMemoryBytes).map(
    ({ limit, value, bound, boundValue, advice }) => {
      const other =
        bound === 'resident-memory' ? 'the memory that the host may use' : given.get(bound)?.source;
      return `${given.get(limit)?.source} is ${value}, and ${other} is ${boundValue}: ${advice}`;
    },
  );
}

function valuesOf(given: ReadonlyMap<LimitName, Given>): Partial<Limits> {
  return Object.fromEntries([...given].map(([limit, { value }]) => [limit, value]));
}
