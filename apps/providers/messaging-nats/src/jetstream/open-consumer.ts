import { isDeepStrictEqual } from 'node:util';
import {
  AckPolicy,
  type Consumer,
  type ConsumerConfig,
  type ConsumerInfo,
  type ConsumerUpdateConfig,
  DeliverPolicy,
  type JetStreamManager,
  millis,
  type NatsConnection,
  NatsError,
  nanos,
} from 'nats';
import type { ConsumerSettings, CreatedConsumer } from './consumer-settings.js';
import { matchesFilter } from './subject-match.js';

/** A consumer that is there, and what its server does. */
export interface OpenConsumer {
  readonly consumer: Consumer;
  /** After this time without an answer the server delivers a message again. */
  readonly ackWaitMs: number;
  /** Attempts at a message; `undefined` if there is no limit. */
  readonly maxDeliver: number | undefined;
}

/** A consumer that can't be used, with what to do about it. */
export class ConsumerError extends Error {
  override readonly name = 'ConsumerError';
}

/**
 * Looks a consumer up, or makes it if the settings say so.
 *
 * @param jsDomain JetStream domain, where it is not that of the connection
 * @throws ConsumerError
 */
export async function openConsumer(
  connection: NatsConnection,
  settings: ConsumerSettings,
  jsDomain: string | undefined,
): Promise<OpenConsumer> {
  const { consumer: name, deadLetterSubject, stream } = settings;
  const options = { checkAPI: false, ...(jsDomain !== undefined && { domain: jsDomain }) };
  try {
    const manager = await connection.jetstreamManager(options);
    const { config } = await findConsumer(manager, settings);
    if (config.deliver_subject !== undefined)
      throw new ConsumerError('it is a push consumer; a pull consumer is needed');
    if (config.ack_policy !== AckPolicy.Explicit) {
      throw new ConsumerError(`its ack policy is ${config.ack_policy}; it has to be explicit`);
    }
    const maxDeliver = lowest([settings.maxDeliver, config.max_deliver]);
    if (deadLetterSubject !== undefined)
      await checkDeadLetters(manager, deadLetterSubject, stream, config, maxDeliver);
    return {
      consumer: await connection.jetstream(options).consumers.get(stream, name),
      ackWaitMs: Math.min(
        ...[config.ack_wait ?? nanos(defaultAckWaitMs), ...(config.backoff ?? [])].map(millis),
      ),
      maxDeliver,
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConsumerError(`consumer ${name} of stream ${stream}: ${reason}`, { cause });
  }
}

/** The server's own default. */
const defaultAckWaitMs = 30_000;

/** What servers answer when there is none of that name: consumer, stream. */
const notFoundCodes: ReadonlySet<number | undefined> = new Set([10_014, 10_059]);

async function findConsumer(manager: JetStreamManager, settings: ConsumerSettings): Promise<ConsumerInfo> {
  const { consumer, create, stream } = settings;
  let found: ConsumerInfo;
  try {
    found = await manager.consumers.info(stream, consumer);
  } catch (error) {
    const code = error instanceof NatsError ? error.api_error?.err_code : undefined;
    if (!notFoundCodes.has(code)) throw error;
    if (code === 10_014 && create !== undefined)
      return await manager.consumers.add(stream, newConsumer(consumer, create));
    throw new ConsumerError(
      code === 10_014 ? 'there is none; make it, or give "create": true' : 'there is no such stream',
      {
        cause: error,
      },
    );
  }
  const changes = create === undefined ? {} : changesOf(found.config, create);
  return Object.keys(changes).length === 0
    ? found
    : await manager.consumers.update(stream, consumer, changes);
}

const deliverPolicies = { all: DeliverPolicy.All, new: DeliverPolicy.New, last: DeliverPolicy.Last } as const;

/**
 * It has no limit of attempts at the server, which would drop a message whose last attempt died with its host. The provider counts
 * them, and such a message is a dead letter as well.
 */
function newConsumer(name: string, create: CreatedConsumer): Partial<ConsumerConfig> {
  return {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: deliverPolicies[create.deliverPolicy],
    ...updatable(create),
  };
}

function updatable({
  ackWaitMs,
  filterSubjects,
  maxAckPending,
}: CreatedConsumer): Partial<ConsumerUpdateConfig> {
  const [first, ...more] = filterSubjects;
  return {
    ...(ackWaitMs !== undefined && { ack_wait: nanos(ackWaitMs) }),
    ...(maxAckPending !== undefined && { max_ack_pending: maxAckPending }),
    // Several are for servers from 2.10 on, which say so.
    ...(first !== undefined &&
      (more.length === 0 ? { filter_subject: first } : { filter_subjects: [...filterSubjects] })),
  };
}

function changesOf(present: ConsumerConfig, create: CreatedConsumer): Partial<ConsumerUpdateConfig> {
  const wanted = Object.entries(updatable(create));
  return Object.fromEntries(
    wanted.filter(([key, value]) => !isDeepStrictEqual(present[key as keyof ConsumerConfig], value)),
  );
}

/** @throws ConsumerError if dead letters would be lost, or be delivered to the consumer that failed */
async function checkDeadLetters(
  manager: JetStreamManager,
  subject: string,
  stream: string,
  config: ConsumerConfig,
  maxDeliver: number | undefined,
): Promise<void> {
  if (maxDeliver === undefined)
    throw new ConsumerError('dead_letter_subject has no effect without max_deliver: give both');
  const keeper = await manager.streams.find(subject).catch((cause: unknown) => {
    throw new ConsumerError(
      `no stream keeps what is published to ${subject}, its dead_letter_subject: make one`,
      { cause },
    );
  });
  const filters = config.filter_subjects ?? [config.filter_subject ?? '>'];
  if (keeper === stream && filters.some((filter) => matchesFilter(filter === '' ? '>' : filter, subject))) {
    throw new ConsumerError(`it gets its own dead letters: ${subject} is one of its subjects`);
  }
}

function lowest(limits: readonly (number | undefined)[]): number | undefined {
  const given = limits.filter((limit) => limit !== undefined && limit > 0) as number[];
  return given.length === 0 ? undefined : Math.min(...given);
}
