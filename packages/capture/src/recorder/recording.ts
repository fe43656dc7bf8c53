import { WholeFuture, type WitFunction, type WitInterface, type WitType } from '@wasmlattice/rpc';
import { type JsonValue, valueToJson } from '@wasmlattice/rpc/json';
import { exceededLimit, InvocationOverError, TrapError } from '@wasmlattice/wasm-runtime';
import type { HostImport } from '@wasmlattice/wasm-runtime/engines';
import type {
  GuestSecret,
  HttpExchange,
  LinkCall,
  LinkInvoker,
} from '@wasmlattice/wasm-runtime/host-functions';
import type {
  RecordedCall,
  RecordedFailure,
  RecordedInput,
  RecordedInvocation,
  RecordedOutcome,
} from '../file/records.js';
import { guardAmbient } from './ambient.js';
import { failureOf, reasonOf } from './failures.js';
import { defaultRecordingLimits, type RecordingLimits } from './limits.js';
import type { Masks } from './masks.js';
import { ReadMap } from './read-map.js';
import { WatchedExchange } from './watched-exchange.js';
import { HandleNumbers, shownField, type Watched, type Watching, watchValue } from './watched-value.js';

/** What an invocation has of the world outside: what a recording puts itself in front of. */
export interface GuestWorld {
  config(): ReadonlyMap<string, string>;
  readonly secrets?: (() => ReadonlyMap<string, GuestSecret>) | undefined;
  readonly links: LinkInvoker;
  readonly intercept?: ((declared: WitInterface, bound: HostImport) => HostImport) | undefined;
}

export interface RecordingOptions {
  readonly component: string;
  readonly masks: Masks;
  readonly limits?: RecordingLimits;
  /** In ms since the epoch. */
  readonly now?: () => number;
  /** Gets the record once the invocation is over; `undefined`: there is none. */
  readonly onOver: (record: RecordedInvocation | undefined) => void;
}

/** Records one invocation. It is in the way of all that the guest is called with, learns and does, and changes none of it. */
export class InvocationRecording {
  readonly #options: RecordingOptions;
  readonly #limits: RecordingLimits;
  readonly #watching: Watching;
  readonly #begun: number;
  readonly #calls: CallRecord[] = [];
  readonly #config = new Map<string, string | null>();
  readonly #secrets = new Map<string, GuestSecret | null>();
  readonly #ambient = new Map<string, JsonValue[]>();
  #ambientValues = 0;
  #events = 0;
  #readsAllConfig = false;
  /** Start code runs before the export: what it learns is of no invocation. */
  #isCalled = false;
  #exchange: WatchedExchange | undefined;
  #input: (() => RecordedInput) | undefined;
  #result: Watched | undefined;
  #outcome: RecordedOutcome = {};
  #standIns = 0;
  #cut: string | undefined;
  #isOver = false;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#limits = options.limits ?? defaultRecordingLimits;
    const { now = Date.now } = options;
    this.#begun = now();
    this.#watching = {
      masks: options.masks,
      handles: new HandleNumbers(),
      longestStream: this.#limits.streamBytes,
    };
  }

  /** The context of the invocation with the recording in front of it. */
  inFrontOf<C extends GuestWorld>(context: C): C {
    return {
      ...context,
      ...this.#world(context),
      intercept: (declared: WitInterface, bound: HostImport) =>
        this.#intercept(declared, context.intercept?.(declared, bound) ?? bound),
    };
  }

  /** The same promise; with it the invocation is over. */
  async until<T>(running: Promise<T>): Promise<T> {
    try {
      return await running;
    } catch (error) {
      this.failed(error);
      throw error;
    } finally {
      this.over();
    }
  }

  /** Its secrets are masked from now on, whether the guest reads them or not. */
  #world(inner: GuestWorld): GuestWorld {
    const { masks } = this.#options;
    for (const [, secret] of inner.secrets?.() ?? []) masks.standIn(shown(secret));
    return {
      config: () =>
        new ReadMap(inner.config(), {
          onGet: (key, value) => this.#config.set(key, value ?? null),
          onAll: () => {
            this.#readsAllConfig = true;
          },
        }),
      secrets:
        inner.secrets &&
        (() =>
          new ReadMap(inner.secrets?.() ?? new Map(), {
            onGet: (key, value) => this.#secrets.set(key, value ?? null),
            onAll() {},
          })),
      links: this.#links(inner.links),
    };
  }

  #intercept(declared: WitInterface, bound: HostImport): HostImport {
    return guardAmbient(declared, bound, {
      value: (name, func, _params, ask) => {
        const value = ask();
        if (this.#isCalled && func.result !== undefined) {
          this.#learned(name, valueToJson(func.result, value, name));
        }
        return value;
      },
    });
  }

  /** In front of the request that the guest is to answer. */
  exchange(inner: HttpExchange): HttpExchange {
    this.#isCalled = true;
    const watched = new WatchedExchange(inner, this.#options.masks, this.#limits.streamBytes);
    this.#exchange = watched;
    // Secrets of its head count from the beginning.
    watched.recordedRequest();
    this.#standIns = this.#options.masks.given;
    this.#input = () => ({ http: watched.recordedRequest() });
    return watched;
  }

  /** A function of the component is called, by what it is on the wire. */
  called(exportId: string, func: WitFunction, params: readonly unknown[]): void {
    this.#isCalled = true;
    const shownParams = this.#watchParams(func, params).json();
    this.#standIns = this.#options.masks.given;
    this.#input = () => ({ export: exportId, function: func.name, params: shownParams });
  }

  returned(func: WitFunction, result: unknown): void {
    this.#result = func.result && this.#watch(func.result, result);
  }

  /** Why there is no record of this invocation. */
  skip(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onOver(undefined);
  }

  /** The guest trapped, or gave no response. */
  failed(error: unknown): void {
    if (error instanceof InvocationOverError) return;
    const exceeded = exceededLimit(error, this.#options.component);
    if (exceeded !== undefined) this.#outcome = { ...this.#outcome, limit: exceeded.limit };
    else if (error instanceof TrapError && error.kind === 'aborted') {
      this.#outcome = { ...this.#outcome, aborted: error.reason };
    } else this.#outcome = { ...this.#outcome, trap: { reason: reasonOf(error) } };
  }

  /** The invocation is over; safe to call twice. */
  over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onOver(this.#record());
  }

  #record(): RecordedInvocation | undefined {
    const { masks, now = Date.now } = this.#options;
    const input = this.#input?.();
    if (input === undefined) return undefined;
    const response = this.#exchange?.recordedResponse();
    const failedWith = this.#exchange?.failedWith;
    const isCut = 'http' in input && input.http.body?.end === 'cut';
    const cut = this.#cut ?? (isCut ? 'the body of the request is longer than what is recorded' : undefined);
    const record: RecordedInvocation = {
      kind: 'invocation',
      at: new Date(this.#begun).toISOString(),
      ms: Math.max(0, Math.round((now() - this.#begun) * 10) / 10),
      input,
      calls: this.#calls.map((call) => call.record()),
      ...(this.#config.size > 0 && { config: this.#shownConfig() }),
      ...(this.#readsAllConfig && { allConfig: true as const }),
      ...(this.#secrets.size > 0 && { secrets: this.#shownSecrets() }),
      ...(this.#ambient.size > 0 && { ambient: Object.fromEntries(this.#ambient) }),
      ...(this.#standIns > 0 && { standIns: this.#standIns }),
      outcome: {
        ...(response !== undefined && { response }),
        ...(failedWith !== undefined && { failedWith }),
        ...(this.#result !== undefined && { result: this.#result.json() }),
        ...this.#outcome,
      },
      ...(cut !== undefined && { cut }),
    };
    return this.#bounded(masks.scrub(record as unknown as JsonValue) as unknown as RecordedInvocation);
  }

  #bounded(record: RecordedInvocation): RecordedInvocation {
    const { recordBytes } = this.#limits;
    if (Buffer.byteLength(JSON.stringify(record)) <= recordBytes) return record;
    const { ambient: _, ...rest } = record;
    const cut = `the record is longer than ${recordBytes} bytes`;
    const short = { ...rest, calls: [], cut };
    if (Buffer.byteLength(JSON.stringify(short)) <= recordBytes) return short;
    const input: RecordedInput =
      'http' in rest.input ? { http: { ...rest.input.http, headers: [] } } : { ...rest.input, params: {} };
    return { kind: 'invocation', at: rest.at, ms: rest.ms, input, calls: [], outcome: {}, cut };
  }

  #learned(name: string, value: JsonValue): void {
    if (++this.#ambientValues > this.#limits.ambientValues) {
      this.#cut ??= `it asked for more than ${this.#limits.ambientValues} values of clocks and randomness`;
      return;
    }
    const known = this.#ambient.get(name);
    if (known === undefined) this.#ambient.set(name, [value]);
    else known.push(value);
  }

  #links(inner: LinkInvoker): LinkInvoker {
    return {
      invoke: async (linkKey, call, linkName) => {
        if (this.#calls.length >= this.#limits.calls) {
          this.#cut ??= `it made more than ${this.#limits.calls} calls`;
          return await inner.invoke(linkKey, call, linkName);
        }
        const params = this.#watchParams(call.func, call.params);
        const record = new CallRecord({
          interface: linkKey,
          call,
          link: linkName ?? inner.linkNameOf?.(linkKey),
          params,
          began: ++this.#events,
        });
        this.#calls.push(record);
        try {
          const result = await inner.invoke(linkKey, { ...call, params: params.values }, linkName);
          return record.returned(this.#watchResult(call, result), ++this.#events);
        } catch (error) {
          record.failed(failureOf(error), ++this.#events);
          throw error;
        }
      },
      setLinkName: (name, linkKeys) => inner.setLinkName(name, linkKeys),
      ...(inner.linkNameOf && { linkNameOf: (linkKey) => inner.linkNameOf?.(linkKey) ?? 'default' }),
      ...(inner.targetOf && { targetOf: (linkKey, linkName) => inner.targetOf?.(linkKey, linkName) }),
    };
  }

  #watchParams({ params: declared }: WitFunction, values: readonly unknown[]): WatchedParams {
    const { masks } = this.#options;
    const watched = declared.map(({ type }, at) => this.#watch(type, values[at]));
    return {
      values: watched.map(({ value }) => value),
      json: () =>
        Object.fromEntries(
          declared.map(({ name }, at) => [name, shownField(name, watched[at]?.json() ?? null, masks)]),
        ),
    };
  }

  #watchResult({ func, wholeFuture }: LinkCall, result: unknown): Watched | undefined {
    if (func.result === undefined) return undefined;
    if (wholeFuture === true && result instanceof WholeFuture) {
      const watched = this.#watch(func.result, result.value);
      return { value: new WholeFuture(watched.value as Promise<unknown>), json: () => watched.json() };
    }
    return this.#watch(func.result, result);
  }

  /** A value that can't be put down goes its way all the same. */
  #watch(type: WitType, value: unknown): Watched {
    try {
      return watchValue(type, value, this.#watching);
    } catch (error) {
      this.#cut ??= `a value could not be recorded: ${reasonOf(error)}`;
      return { value, json: () => null };
    }
  }

  #shownConfig(): Record<string, string | null> {
    const { masks } = this.#options;
    return Object.fromEntries(
      [...this.#config].map(([key, value]) => [
        key,
        value !== null && masks.isNamed(key) ? masks.standIn(value) : value,
      ]),
    );
  }

  #shownSecrets(): Record<string, { readonly [kind: string]: JsonValue } | null> {
    const { masks } = this.#options;
    return Object.fromEntries(
      [...this.#secrets].map(([key, secret]) => [
        key,
        secret === null ? null : { [secret.kind]: masks.standIn(shown(secret)) },
      ]),
    );
  }
}

interface WatchedParams {
  readonly values: readonly unknown[];
  json(): Readonly<Record<string, JsonValue>>;
}

class CallRecord {
  readonly #call: Pick<RecordedCall, 'interface' | 'function' | 'link' | 'began'>;
  readonly #params: WatchedParams;
  #result: Watched | undefined;
  #failure: RecordedFailure | undefined;
  #ended: number | undefined;

  constructor(options: {
    readonly interface: string;
    readonly call: LinkCall;
    readonly link: string | undefined;
    readonly params: WatchedParams;
    readonly began: number;
  }) {
    const { call, link, params, began } = options;
    this.#params = params;
    this.#call = {
      interface: options.interface,
      function: call.func.name,
      ...(link !== undefined && link !== 'default' && { link }),
      began,
    };
  }

  /** @returns what is to be handed on */
  returned(result: Watched | undefined, ended: number): unknown {
    this.#result = result;
    this.#ended = ended;
    return result?.value;
  }

  failed(failure: RecordedFailure, ended: number): void {
    this.#failure = failure;
    this.#ended = ended;
  }

  record(): RecordedCall {
    const { began, ...call } = this.#call;
    return {
      ...call,
      params: this.#params.json(),
      ...(this.#result !== undefined && { result: this.#result.json() }),
      ...(this.#failure !== undefined && { failure: this.#failure }),
      began,
      ...(this.#ended !== undefined && { ended: this.#ended }),
    };
  }
}

/** Of a secret, as text that masks know. */
function shown({ value }: GuestSecret): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
}
