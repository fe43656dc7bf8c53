/** How to reach a broker, and as whom. Links with the same access and no session of their own share a connection. */
export interface BrokerAccess {
  /** `mqtt:`, `mqtts:`, `ws:` or `wss:`. */
  readonly url: string;
  readonly version: MqttVersion;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: BrokerTls;
  readonly keepAliveSeconds: number;
  readonly will: Will | undefined;
}

export type MqttVersion = '5' | '3.1.1';
export type Qos = 0 | 1 | 2;

/** PEM texts; what is missing is the system's, or not shown. */
export interface BrokerTls {
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

/** What the broker publishes when the connection ends without a farewell. */
export interface Will {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly isRetained: boolean;
}

/** What a broker keeps for a client while it is away. */
export interface BrokerSession {
  readonly clientId: string;
  /** Whether it outlives the provider: another one with its client id goes on with it. */
  readonly isKept: boolean;
  /** How long the broker keeps it while nobody is connected. Brokers of 3.1.1 decide themselves. */
  readonly expirySeconds: number;
  /** Messages with an acknowledgement that the broker sends before it has one. Brokers of 3.1.1 decide themselves. */
  readonly maxMessages: number;
}
