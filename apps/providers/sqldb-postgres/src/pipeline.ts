import { performance } from 'node:perf_hooks';
import { Client, type ClientConfig, type QueryArrayConfig, type QueryArrayResult } from 'pg';

/** Most statements on their way by one connection: so many others one that takes long holds up. */
const mostUnderWay = 32;

export interface PipelineOptions {
  readonly config: ClientConfig;
  /** Prepares the session of a new connection. */
  readonly prepare: (client: Client) => Promise<unknown>;
}

/**
 * A connection by which statements go out without waiting for the answers to those before: the server takes several at once, and
 * answers them at once. Each is a transaction of its own. It is opened when it is first used, and again after it was lost.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  #client: Promise<Client> | undefined;
  #underWay = 0;
  #lastAnswer = 0;
  #isClosed = false;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  get underWay(): number {
    return this.#underWay;
  }

  get hasRoom(): boolean {
    return !this.#isClosed && this.#underWay < mostUnderWay;
  }

  /**
   * @returns the answer, and how long the server took for it alone, in ms
   * @throws what `pg` throws
   */
  async run<Row extends unknown[]>(
    query: QueryArrayConfig,
  ): Promise<{ readonly result: QueryArrayResult<Row>; readonly ms: number }> {
    this.#underWay += 1;
    try {
      const client = await this.#connected();
      // What is asked in one turn goes out with one write.
      const { stream } = client.connection;
      stream.cork();
      process.nextTick(() => stream.uncork());
      const sent = performance.now();
      const result = await client.query<Row>(query);
      const now = performance.now();
      const ms = now - Math.max(sent, this.#lastAnswer);
      this.#lastAnswer = now;
      return { result, ms };
    } finally {
      this.#underWay -= 1;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = await this.#client?.catch(() => undefined);
    await client?.end();
  }

  #connected(): Promise<Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<Client> {
    const client = new Client({ ...this.#options.config, pipeline: true });
    const forget = (): void => {
      this.#client = undefined;
    };
    client.on('error', forget).on('end', forget);
    try {
      await client.connect();
      await this.#options.prepare(client);
      return client;
    } catch (error) {
      forget();
      client.end().catch(() => {});
      throw error;
    }
  }
}
