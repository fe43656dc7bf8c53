import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Reply } from './lattice.js';
import type { RecordedEvent, RecordedRequest, RecordedStep } from './recorded-steps.js';

/**
 * Where we differ on purpose, as docs/compatibility.md says. Each takes the difference out of what was recorded; what is left must be the
 * same.
 */
export interface Difference {
  readonly name: string;
  readonly events?: (events: readonly RecordedEvent[], step: string) => readonly RecordedEvent[];
  readonly answer?: (answer: Reply, request: RecordedRequest) => Reply;
  readonly told?: (told: RecordedStep['told']) => RecordedStep['told'];
  /** What providers are told here, and not there. */
  readonly toldMore?: (subject: string, text: string) => boolean;
  /** What providers are told here, without fields that there are not there. */
  readonly toldWithout?: (subject: string, payload: unknown) => unknown;
}

export const differences: readonly Difference[] = [
  {
    name: 'component_scaled comes once at a start, and not twice',
    events: (events) =>
      events.filter(
        (event, at) =>
          event.name !== 'component_scaled' ||
          !events.slice(0, at).some((earlier) => isDeepStrictEqual(earlier, event)),
      ),
  },
  {
    name: 'an update does not end with component_scaled and 0 instances, which wadm takes for a stop',
    events: (events, step) =>
      step.startsWith('update') ? events.filter(({ data }) => data.max_instances !== 0) : events,
  },
  {
    name: 'claims of a provider without a version are left out, as wadm would drop the whole event',
    events: (events) =>
      events.map(({ name, data }) => {
        const claims = data.claims as { readonly version?: unknown } | undefined;
        return claims?.version === null ? { name, data: { ...data, claims: undefined } } : { name, data };
      }),
  },
  {
    name: 'errors in events say more',
    events: (events) =>
      events.map(({ name, data }) =>
        name.endsWith('_failed') && name !== 'linkdef_set_failed'
          ? { name, data: { ...data, error: expect.stringMatching(/./) } }
          : { name, data },
      ),
  },
  {
    name: 'the answer of an auction names the component by its id, and not by its reference',
    answer: (answer, { subject, text }) =>
      subject.endsWith('component.auction')
        ? { ...answer, response: { ...Object(answer.response), component_id: JSON.parse(text).component_id } }
        : answer,
  },
  {
    name: 'a provider is not told again of the config that it has just been started with',
    told: (all) => all.filter(({ subject }) => !subject.endsWith('.config.update')),
  },
  {
    name: 'a host asks its own providers besides what became of a link, in a message with its id',
    toldMore: (subject, text) => subject.endsWith('.linkdefs.del') && 'host_id' in JSON.parse(text),
  },
  {
    name: 'a shutdown request names the process that it means, as another one may serve beside it',
    toldWithout: (subject, payload) => {
      if (!subject.endsWith('.shutdown')) return payload;
      const { instance_id: _, ...others } = payload as Readonly<Record<string, unknown>>;
      return others;
    },
  },
];

/** The events of a step without what differs on purpose; `found` learns which differences there were. */
export function withoutDifferences(recorded: RecordedStep, found: Set<string>): readonly RecordedEvent[] {
  return differences.reduce((all: readonly RecordedEvent[], { events: change, name }) => {
    const changed = change?.(all, recorded.step) ?? all;
    if (!isDeepStrictEqual(changed, all)) found.add(name);
    return changed;
  }, recorded.events);
}
