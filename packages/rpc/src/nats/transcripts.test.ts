import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, headers as createHeaders, createInbox, Empty, type Msg, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallHeaders } from '../invoke.js';
import {
  fromVector,
  readVectors,
  toVector,
  type VectorFunction,
  type VectorValue,
  vectorFunction,
} from '../testing/vectors.js';
import { createNatsInvoker, createNatsServer } from './index.js';

interface TranscriptMessage {
  readonly from: 'client' | 'server';
  readonly subject: string;
  readonly hex: string;
  readonly reply?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
}

interface Transcript {
  readonly name: string;
  readonly function: VectorFunction;
  readonly params: readonly VectorValue[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly result?: VectorValue;
  readonly error?: string;
  /** What the NATS server allows, in bytes; its default when absent. */
  readonly maxPayload?: number;
  /** Channels are independent of each other. */
  readonly anyOrder?: boolean;
  /** The only side that these messages fit; both when absent. */
  readonly play?: 'client' | 'server';
  readonly messages: readonly TranscriptMessage[];
}

/** Written by hand from the protocol, and recorded from other implementations. */
const collections = ['transcripts.json', 'transcripts-rust.json', 'transcripts-go.json'].map((file) => {
  const { transcripts } = readVectors<{ readonly transcripts: readonly Transcript[] }>(file);
  return { file, transcripts };
});

interface Network {
  readonly nats: TestNatsServer;
  readonly ours: NatsConnection;
  readonly foreign: NatsConnection;
}

/** By `maxPayload`. */
const networks = new Map<number | undefined, Network>();
let lattices = 0;

beforeAll(async () => {
  const limits = new Set(collections.flatMap(({ transcripts }) => transcripts.map((one) => one.maxPayload)));
  for (const limit of limits) {
    const nats = await startNatsServer(limit === undefined ? {} : { config: `max_payload: ${limit}` });
    const [ours, foreign] = await Promise.all([
      connect({ servers: nats.url }),
      connect({ servers: nats.url }),
    ]);
    networks.set(limit, { nats, ours, foreign });
  }
});

afterAll(async () => {
  for (const { nats, ours, foreign } of networks.values()) {
    await Promise.all([ours.close(), foreign.close()]);
    await nats[Symbol.asyncDispose]();
  }
});

function networkOf({ maxPayload }: Transcript): Network {
  const network = networks.get(maxPayload);
  if (!network) throw new Error('started for every limit there is');
  return network;
}

/** The foreign side of a transcript: plain NATS, driven by the messages alone. */
class ForeignPeer {
  readonly root = createInbox();
  private readonly roots: Record<string, string>;
  private readonly own: 'client' | 'server';
  private readonly connection: NatsConnection;
  private readonly transcript: Transcript;
  private readonly received = new Map<string, string[]>();
  private readonly order: string[] = [];
  private wake: (() => void) | undefined;

  constructor(own: 'client' | 'server', lattice: string, transcript: Transcript) {
    this.own = own;
    this.transcript = transcript;
    this.connection = networkOf(transcript).foreign;
    this.roots = { lattice, [own]: this.root };
  }

  async play(): Promise<void> {
    const invocation = this.resolve(this.transcript.messages[0]?.subject ?? '');
    const callback = (_: unknown, message: Msg): void => this.receive(message);
    const subscriptions = [
      this.connection.subscribe(`${this.root}.>`, { callback }),
      this.connection.subscribe(this.root, { callback }),
      ...(this.own === 'server' ? [this.connection.subscribe(invocation, { callback })] : []),
    ];
    await this.connection.flush();
    this.started.resolve();
    for (const message of this.transcript.messages) {
      if (message.from === this.own) this.send(message);
      else await this.expect(message);
    }
    for (const subscription of subscriptions) subscription.unsubscribe();
  }

  readonly started: PromiseWithResolvers<void> = Promise.withResolvers();

  private receive(message: Msg): void {
    const payload = Buffer.from(message.data).toString('hex');
    const subject = message.subject;
    this.received.set(subject, [...(this.received.get(subject) ?? []), payload]);
    this.order.push(subject);
    // The first message of either side says where the other one is.
    if (message.reply) this.roots[this.own === 'client' ? 'server' : 'client'] ??= message.reply;
    this.headers ??= message.headers ? Object.fromEntries(message.headers) : undefined;
    this.wake?.();
  }

  private headers: Record<string, string[]> | undefined;

  private async expect(message: TranscriptMessage): Promise<void> {
    for (;;) {
      const subject = this.tryResolve(message.subject);
      const payloads = subject === undefined ? undefined : this.received.get(subject);
      if (subject !== undefined && payloads && payloads.length > 0) {
        if (!this.transcript.anyOrder) expect(this.order.shift()).toBe(subject);
        expect({ subject: message.subject, hex: payloads.shift() }).toEqual({
          subject: message.subject,
          hex: message.hex,
        });
        for (const [name, value] of Object.entries(message.headers ?? {})) {
          expect(this.headers?.[name]).toEqual([value]);
        }
        return;
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private send({ subject, hex, reply, headers, status }: TranscriptMessage): void {
    const all = status ? createHeaders(status, 'status') : createHeaders();
    for (const [name, value] of Object.entries(headers ?? {})) all.append(name, value);
    this.connection.publish(this.resolve(subject), hex ? Buffer.from(hex, 'hex') : Empty, {
      ...(reply && { reply: this.resolve(reply) }),
      ...((headers || status) && { headers: all }),
    });
  }

  private resolve(subject: string): string {
    const resolved = this.tryResolve(subject);
    if (resolved === undefined) throw new Error(`${subject} is not known yet`);
    return resolved;
  }

  private tryResolve(subject: string): string | undefined {
    const known = subject.replace(/\{(\w+)\}/g, (all, name: string) => this.roots[name] ?? all);
    return known.includes('{') ? undefined : known;
  }
}

function playedBy(
  side: 'client' | 'server',
  transcripts: readonly Transcript[],
): (readonly [string, Transcript])[] {
  return transcripts.filter(({ play }) => play === undefined || play === side).map((one) => [one.name, one]);
}

/** A rejected promise is part of some transcripts. */
async function outcomeOf(promise: Promise<unknown>): Promise<{ value?: unknown; code?: string }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { code: (error as { code?: string }).code ?? String(error) };
  }
}

describe.each(collections)('our client against the servers of $file', ({ transcripts }) => {
  it.each(playedBy('client', transcripts))('%s', async (_, transcript) => {
    const lattice = `client${lattices++}`;
    const invoker = createNatsInvoker({ connection: networkOf(transcript).ours, lattice });
    const peer = new ForeignPeer('server', lattice, transcript);
    const func = vectorFunction(transcript.function);
    const playing = peer.play();
    await peer.started.promise;
    const params = transcript.params.map((value, i) =>
      fromVector(func.params[i]?.type ?? { kind: 'string' }, value),
    );
    const { target, instance } = transcript.function;
    const outcome = await outcomeOf(
      invoker.invoke({
        target,
        instance,
        func,
        params,
        ...(transcript.headers && { headers: transcript.headers }),
      }),
    );
    expect(outcome.code).toBe(transcript.error);
    if (func.result && !outcome.code) {
      expect(await toVector(func.result, outcome.value)).toEqual(transcript.result);
    }
    await playing;
    await invoker.close();
  });
});

describe.each(collections)('our server against the clients of $file', ({ transcripts }) => {
  it.each(playedBy('server', transcripts))('%s', async (_, transcript) => {
    const lattice = `server${lattices++}`;
    const server = createNatsServer({ connection: networkOf(transcript).ours, lattice });
    const func = vectorFunction(transcript.function);
    const { target, instance } = transcript.function;
    const received = Promise.withResolvers<readonly VectorValue[]>();
    let headers: CallHeaders = {};
    await server.serve({
      target,
      instance,
      func,
      handler: async (params, context) => {
        headers = context.headers;
        const values = params.map((value, i) => toVector(func.params[i]?.type ?? { kind: 'string' }, value));
        received.resolve(await Promise.all(values));
        if (transcript.error) throw new Error('as the transcript says');
        return func.result && fromVector(func.result, transcript.result ?? null);
      },
    });
    const peer = new ForeignPeer('client', lattice, transcript);
    await peer.play();
    expect(await received.promise).toEqual(transcript.params);
    expect(headers).toMatchObject(transcript.headers ?? {});
    await server.close();
  });
});
