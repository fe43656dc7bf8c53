import { defaultBackOffMs } from '@wasmlattice/messaging';
import { closestWord, SettingsError } from '@wasmlattice/provider-host/config-schema';
import { isFilter, isSubject } from '../subjects.js';

/** A durable consumer of a stream whose messages a component handles. */
export interface ConsumerSettings {
  readonly stream: string;
  readonly consumer: string;
  /** Messages of the consumer that one process of the provider handles at a time. */
  readonly maxMessages: number;
  /** Bytes of them, if bounded. A single message may have more. */
  readonly maxBytes: number | undefined;
  /** How the consumer is made, and what it is kept like; `undefined` if it must be there. */
  readonly create: CreatedConsumer | undefined;
  /** Attempts after which a message that fails is no longer delivered; `undefined` leaves that to the consumer. */
  readonly maxDeliver: number | undefined;
  /** Waits before the second attempt, the third, …; the last one counts for all further. */
  readonly backOffMs: readonly number[];
  /** Where messages go that are no longer delivered; a stream keeps them there. */
  readonly deadLetterSubject: string | undefined;
  readonly handlerTimeoutMs: number;
}

/** What a consumer is made with; the server's default where a value is missing. */
export interface CreatedConsumer {
  readonly filterSubjects: readonly string[];
  readonly deliverPolicy: DeliverPolicy;
  readonly ackWaitMs: number | undefined;
  readonly maxAckPending: number | undefined;
}

const deliverPolicies = ['all', 'new', 'last'] as const;
export type DeliverPolicy = (typeof deliverPolicies)[number];

const maxHandled = 10_000;
const dayMs = 86_400_000;
/** As for messages without a stream: the limit of the component is what ends a handler. */
const defaultHandlerTimeoutMs = 10 * 60 * 1_000;

/** In the order of the README. */
export const consumerKeys = [
  'stream',
  'consumer',
  'max_messages',
  'max_bytes',
  'create',
  'filter_subjects',
  'deliver_policy',
  'ack_wait_ms',
  'max_ack_pending',
  'max_deliver',
  'back_off_ms',
  'dead_letter_subject',
  'handler_timeout_ms',
] as const;
type Key = (typeof consumerKeys)[number];

/** Those that only make sense for a consumer that the provider makes. */
const keysOfCreation = ['filter_subjects', 'deliver_policy', 'ack_wait_ms', 'max_ack_pending'] as const;

/**
 * Reads a JSON array of consumers: upstream's keys (docs/spec/provider.md#10.10) and ours.
 *
 * @throws SettingsError
 */
export function readConsumers(text: string): readonly ConsumerSettings[] {
  const given = parse(text);
  if (!Array.isArray(given))
    throw new SettingsError('consumers is no JSON array: write [{"stream": …, "consumer": …}]');
  return given.map((entry: unknown, index) => readConsumer(new Entry(`consumers[${index}]`, entry)));
}

function readConsumer(entry: Entry): ConsumerSettings {
  const create = entry.flag('create');
  if (!create) {
    for (const key of keysOfCreation)
      entry.refuse(key, 'the consumer keeps its own: leave it out, or give "create": true');
  }
  return {
    stream: entry.required('stream', isName, 'the name of a stream'),
    consumer: entry.required('consumer', isName, 'the name of a durable consumer'),
    maxMessages: entry.wholeNumber('max_messages', 1, maxHandled) ?? 256,
    maxBytes: entry.wholeNumber('max_bytes', 1, Number.MAX_SAFE_INTEGER),
    create: create
      ? {
          filterSubjects: entry.list('filter_subjects', isText(isFilter), 'a list of subjects') ?? [],
          deliverPolicy: entry.oneOf('deliver_policy', deliverPolicies) ?? 'all',
          ackWaitMs: entry.wholeNumber('ack_wait_ms', 1_000, dayMs),
          maxAckPending: entry.wholeNumber('max_ack_pending', 1, 1_000_000),
        }
      : undefined,
    maxDeliver: entry.wholeNumber('max_deliver', 1, 1_000_000),
    backOffMs:
      entry.list('back_off_ms', isWait, 'a list of milliseconds, each up to a day') ?? defaultBackOffMs,
    deadLetterSubject: entry.text('dead_letter_subject', isSubject, 'a subject without wildcards'),
    handlerTimeoutMs: entry.wholeNumber('handler_timeout_ms', 1, dayMs) ?? defaultHandlerTimeoutMs,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SettingsError('consumers is no JSON: write [{"stream": …, "consumer": …}]', { cause });
  }
}

const isName = (text: string): boolean => /^[^\s.*>/\\\p{Cc}]+$/u.test(text);
const isWait = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= dayMs;
const isText =
  (matches: (text: string) => boolean) =>
  (value: unknown): value is string =>
    typeof value === 'string' && matches(value);

/** One member of the array, whose keys are read one after the other. */
class Entry {
  readonly #name: string;
  readonly #values: ReadonlyMap<string, unknown>;

  /** @throws SettingsError for what is no object, or has a key that nobody knows */
  constructor(name: string, given: unknown) {
    this.#name = name;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      throw new SettingsError(`${name} is no object: write {"stream": …, "consumer": …}`);
    }
    this.#values = new Map(Object.entries(given).filter(([, value]) => value !== null));
    for (const key of this.#values.keys()) {
      if ((consumerKeys as readonly string[]).includes(key)) continue;
      const meant = closestWord(key, consumerKeys);
      throw new SettingsError(
        `${name} has no ${JSON.stringify(key)}${meant === undefined ? `; its keys are ${consumerKeys.join(', ')}` : `: did you mean "${meant}"?`}`,
      );
    }
  }

  required(key: Key, matches: (text: string) => boolean, what: string): string {
    const value = this.text(key, matches, what);
    if (value === undefined) throw new SettingsError(`${this.#name} has no ${key}: give ${what}`);
    return value;
  }

  text(key: Key, matches: (text: string) => boolean, what: string): string | undefined {
    return this.#read(key, isText(matches), what);
  }

  wholeNumber(key: Key, least: number, most: number): number | undefined {
    const matches = (value: unknown): value is number =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
    return this.#read(key, matches, `a whole number from ${least} to ${most}`);
  }

  flag(key: Key): boolean {
    return this.#read(key, (value): value is boolean => typeof value === 'boolean', 'true or false') ?? false;
  }

  oneOf<const Word extends string>(key: Key, words: readonly Word[]): Word | undefined {
    const matches = (value: unknown): value is Word => words.some((word) => word === value);
    return this.#read(key, matches, `one of ${words.map((word) => `"${word}"`).join(', ')}`);
  }

  list<T>(key: Key, matches: (value: unknown) => value is T, what: string): readonly T[] | undefined {
    const all = (value: unknown): value is T[] =>
      Array.isArray(value) && value.length > 0 && value.every(matches);
    return this.#read(key, all, what);
  }

  refuse(key: Key, advice: string): void {
    if (this.#values.has(key)) throw new SettingsError(`${this.#name}.${key} has no effect: ${advice}`);
  }

  #read<T>(key: Key, matches: (value: unknown) => value is T, what: string): T | undefined {
    const value = this.#values.get(key);
    if (value === undefined || matches(value)) return value;
    throw new SettingsError(`${this.#name}.${key} is ${JSON.stringify(value)}: give ${what}`);
  }
}
