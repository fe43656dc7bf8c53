import {
  consumerOpts,
  DeliverPolicy,
  Empty,
  ErrorCode,
  type MsgHdrs,
  type NatsConnection,
  NatsError,
  type StreamConfig,
} from 'nats';
import { changeOf } from './kv-message.js';

/** The last message of a key: its value, and where in the bucket it is. */
export interface StoredEntry {
  /** `undefined` for a key that was deleted, by somebody or by its age. */
  readonly value: Uint8Array | undefined;
  readonly revision: number;
}

/** Reads messages of a bucket with their headers, which say more than the entries of the client do. Keys are as KV stores them. */
export interface BucketReader {
  /** From any replica; `undefined` for a key that never was. */
  read(key: string): Promise<StoredEntry | undefined>;
  /** From the leader: replicas may answer late, which a counter would pay for with a lost race. */
  readLatest(key: string): Promise<StoredEntry | undefined>;
  /** Keys with a value, in the order in which they were last written. */
  keys(): Promise<string[]>;
}

export interface BucketReaderOptions {
  readonly connection: NatsConnection;
  readonly bucket: string;
  /** Of the bucket's stream. */
  readonly config: Pick<StreamConfig, 'name' | 'allow_direct'>;
  readonly jsDomain: string | undefined;
}

/** As the client's own requests to JetStream. */
const requestTimeoutMs = 5_000;

export function createBucketReader(options: BucketReaderOptions): BucketReader {
  const { bucket, config, connection, jsDomain } = options;
  const prefix = `$KV.${bucket}.`;
  const domain = jsDomain === undefined ? {} : { domain: jsDomain };
  const api = jsDomain === undefined ? '$JS.API' : `$JS.${jsDomain}.API`;

  // The client has direct reads for entries of KV only.
  const readDirect = async (key: string): Promise<StoredEntry | undefined> => {
    const { data, headers } = await connection.request(
      `${api}.DIRECT.GET.${config.name}.${prefix}${key}`,
      Empty,
      { timeout: requestTimeoutMs },
    );
    if (headers?.code === 404) return undefined;
    if (headers?.hasError) throw new NatsError(headers.description, String(headers.code));
    return { value: storedValue(data, headers), revision: Number(headers?.get('Nats-Sequence')) };
  };
  const readLatest = async (key: string): Promise<StoredEntry | undefined> => {
    const { streams } = await connection.jetstreamManager({ ...domain, checkAPI: false });
    try {
      const { data, header, seq } = await streams.getMessage(config.name, { last_by_subj: prefix + key });
      return { value: storedValue(data, header), revision: seq };
    } catch (error) {
      if (error instanceof NatsError && error.code === ErrorCode.JetStream404NoMessages) return undefined;
      throw error;
    }
  };

  return {
    read: config.allow_direct ? readDirect : readLatest,
    readLatest,
    async keys() {
      const ordered = consumerOpts({ deliver_policy: DeliverPolicy.LastPerSubject, headers_only: true });
      ordered.bindStream(config.name);
      ordered.orderedConsumer();
      const messages = await connection.jetstream(domain).subscribe(`${prefix}>`, ordered);
      const { delivered, num_pending: pending } = await messages.consumerInfo();
      if (pending === 0 && delivered.consumer_seq === 0) messages.unsubscribe();
      const keys: string[] = [];
      for await (const { headers, info, subject } of messages) {
        if (changeOf(headers) === 'set') keys.push(subject.slice(prefix.length));
        if (info.pending === 0) break;
      }
      return keys;
    },
  };
}

function storedValue(data: Uint8Array, headers: MsgHdrs | undefined): Uint8Array | undefined {
  if (changeOf(headers) === 'delete') return undefined;
  // The client hands out a Buffer, whose methods differ from those of the type it claims.
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
