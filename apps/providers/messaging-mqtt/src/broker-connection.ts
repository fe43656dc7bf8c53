import { describeError, type Logger } from '@wasmlattice/telemetry';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { AcknowledgedPublisher } from './acknowledged-publisher.js';
import type { BrokerAccess, BrokerSession } from './broker-access.js';

/** The broker can't be reached, or refuses; the message names it and says what to check. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
}

const connectTimeoutMs = 10_000;
const reconnectMs = 1_000;
/** How long a farewell may take. */
const farewellMs = 500;

/** A connection to a broker that comes back by itself, with its session. */
export class BrokerConnection {
  readonly client: MqttClient;
  readonly access: BrokerAccess;
  readonly published: AcknowledgedPublisher;
  readonly #session: BrokerSession;
  #ended: Promise<void> | undefined;

  private constructor(client: MqttClient, access: BrokerAccess, session: BrokerSession) {
    this.client = client;
    this.access = access;
    this.published = new AcknowledgedPublisher(client);
    this.#session = session;
  }

  /**
   * Resolves once the broker has accepted the client. After that first success it comes back for ever.
   *
   * @param prepare called before anything can arrive
   * @throws BrokerError
   */
  static async open(
    access: BrokerAccess,
    session: BrokerSession,
    logger: Logger,
    prepare: (client: MqttClient) => void = () => {},
  ): Promise<BrokerConnection> {
    const name = nameOf(access);
    let client: MqttClient;
    try {
      client = mqtt.connect(access.url, optionsOf(access, session));
    } catch (cause) {
      throw new BrokerError(`could not connect to ${name}: ${describeError(cause)}`, { cause });
    }
    prepare(client);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let isOpen = false;
    let isAway = false;
    client.on('connect', () => {
      if (isAway) logger.info('connected to the broker again', { broker: name });
      isAway = false;
      // Only the first connection may drop what was left of a session.
      client.options.clean = false;
      resolve();
    });
    client.on('close', () => {
      if (!isOpen || isAway || client.disconnecting) return;
      isAway = true;
      logger.warn('the connection to the broker is lost; trying to come back', { broker: name });
    });
    client.on('error', (error) => {
      if (isOpen) logger.warn('the broker could not be used', { broker: name, error });
      else reject(new BrokerError(`could not connect to ${name}: ${adviceOn(error)}`, { cause: error }));
    });
    const timer = setTimeout(
      () => reject(new BrokerError(`could not connect to ${name}: no answer within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    try {
      await promise;
      isOpen = true;
      return new BrokerConnection(client, access, session);
    } catch (error) {
      client.end(true);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  get name(): string {
    return nameOf(this.access);
  }

  get isConnected(): boolean {
    return this.client.connected;
  }

  /** Says farewell, so that there is no will. The broker forgets the session unless it is {@link BrokerSession.isKept}. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    const { client } = this;
    const isForgotten = this.access.version === '5' && !this.#session.isKept;
    const farewell = isForgotten ? { properties: { sessionExpiryInterval: 0 } } : {};
    // What was published and not acknowledged is not waited for: its caller has been told, or is about to be.
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      client.end(true);
      resolve();
    }, farewellMs);
    client.end(false, farewell, () => resolve());
    await promise;
    clearTimeout(timer);
  }
}

function optionsOf(access: BrokerAccess, session: BrokerSession): IClientOptions {
  const { keepAliveSeconds, password, tls, username, version, will } = access;
  const isV5 = version === '5';
  return {
    protocolVersion: isV5 ? 5 : 4,
    clientId: session.clientId,
    clean: !session.isKept,
    keepalive: keepAliveSeconds,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod: reconnectMs,
    // It would give up for good on a broker that refuses for a moment.
    reconnectOnConnackError: true,
    // It would hold 65,536 numbers ready, in a buffer each: 15 MB.
    writeCache: false,
    // What can't be sent now is an error for whoever publishes.
    queueQoSZero: false,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.certificate !== undefined && { cert: tls.certificate }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(isV5 && {
      properties: { sessionExpiryInterval: session.expirySeconds, receiveMaximum: session.maxMessages },
    }),
    ...(will !== undefined && {
      will: {
        topic: will.topic,
        payload: Buffer.from(will.payload),
        qos: will.qos,
        retain: will.isRetained,
      },
    }),
  };
}

/** Without user and password, which a URL may have. */
function nameOf({ url }: BrokerAccess): string {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch {
    return 'the broker';
  }
}

function adviceOn(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ECONNREFUSED':
      return 'nobody listens there; check url, and that the broker runs';
    case 4:
    case 5:
    case 134:
    case 135:
      return 'the broker does not let the user in; check username and password';
    default:
      return describeError(error);
  }
}
