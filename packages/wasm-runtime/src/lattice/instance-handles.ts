import type { WitResource } from '@wasmlattice/rpc';
import {
  type ChunkSource,
  InputStream,
  IterableSource,
  OwnedChunks,
  Pollable,
  streamBytes,
} from '../host-functions/wasi/io/index.js';
import { parseInterfaceId } from '../interface-id.js';
import { Companions } from './companions.js';
import type { HandleEnds, NativeStream } from './handle-ends.js';
import { NativeSource, nativeChunks } from './native-streams.js';
import { type RemoteClass, RemoteResource } from './remote-resource.js';

/** The resources that a component defines itself: handles of the lattice, objects of the instance. */
export type GuestHandles = Pick<HandleEnds, 'giveGuest' | 'takeGuest'>;

/** Ends something that the instance has open. */
type End = (reason: unknown) => void;

/**
 * What one component instance has open in the lattice: streams on their way in and out, and resources that others keep. When
 * the instance is gone, readers and senders of its streams are told, and the resources it still owned are dropped.
 */
export class InstanceHandles {
  /** All that it holds is made when it is first needed: most instances need none of it. */
  #classes: Map<WitResource['instance'], Map<string, RemoteClass>> | undefined;
  #open: Set<End> | undefined;
  #companions: Companions | undefined;
  #context: { readonly signal: AbortSignal } | undefined;

  /** @param context of the instance: its signal is aborted when the instance is gone, and asked for when anything is open */
  begin(context: { readonly signal: AbortSignal }): void {
    this.#context = context;
  }

  /** The resources that the guest owns and others keep. */
  get companions(): Companions {
    this.#companions ??= new Companions();
    return this.#companions;
  }

  /** The class that the guest knows an imported resource by. */
  define(instance: string, resource: string, type: RemoteClass): void {
    this.#classes ??= new Map();
    const classes = this.#classes.get(instance) ?? new Map<string, RemoteClass>();
    classes.set(resource, type);
    this.#classes.set(instance, classes);
  }

  classOf({ instance, name }: WitResource): RemoteClass {
    const type = this.#classes?.get(instance)?.get(name);
    if (type === undefined) throw new Error(`the guest imports no resource ${name} of ${instance}`);
    return type;
  }

  /** @returns what to call when it has come to its own end */
  hold(end: End): () => void {
    const signal = this.#context?.signal;
    if (signal?.aborted) {
      end(signal.reason);
      return () => {};
    }
    this.#open ??= new Set();
    const open = this.#open;
    if (open.size === 0) signal?.addEventListener('abort', this.#endAll, { once: true });
    open.add(end);
    return () => {
      open.delete(end);
    };
  }

  /** For the handles of one call, by the guest or of it. */
  call(guests?: GuestHandles): CallHandles {
    return new CallHandles(this, guests);
  }

  /** For what arrives when nobody wants it any more: it is ended, or dropped, as soon as it is converted. */
  unclaimed(): CallHandles {
    const gone = new InstanceHandles();
    gone.#classes = this.#classes && new Map(this.#classes);
    gone.begin({ signal: AbortSignal.abort() });
    return gone.call();
  }

  readonly #endAll = (): void => {
    const open = [...(this.#open ?? [])];
    this.#open?.clear();
    for (const end of open) end(this.#context?.signal.reason);
  };
}

/** Converts the handles of one call, and knows which of its streams are still under way. */
export class CallHandles implements HandleEnds {
  /** The link of the call: that of the first resource among its parameters, which is known once they are converted. */
  linkName: string | undefined;
  /** Of a resource among its parameters that others keep, once they are converted. */
  firstHandle: Uint8Array | undefined;
  readonly #instance: InstanceHandles;
  readonly #guests: GuestHandles | undefined;
  readonly #given: Promise<void>[] = [];
  readonly #taken: Promise<void>[] = [];

  constructor(instance: InstanceHandles, guests: GuestHandles | undefined) {
    this.#instance = instance;
    this.#guests = guests;
  }

  /** Whether the guest gave away a stream or a pollable: something that lives no longer than the instance. */
  get hasGiven(): boolean {
    return this.#given.length > 0;
  }

  get hasTaken(): boolean {
    return this.#taken.length > 0;
  }

  /** Resolves when all that the guest gave away was read, left or has failed. */
  async givenOver(): Promise<void> {
    await Promise.all(this.#given);
  }

  /** Resolves when the guest wants no more of what it was given. */
  async takenOver(): Promise<void> {
    await Promise.all(this.#taken);
  }

  giveStream(stream: InputStream): AsyncIterable<Uint8Array> {
    return this.#giveChunks(streamBytes(stream));
  }

  takeStream(chunks: AsyncIterable<Uint8Array>): InputStream {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#taken.push(promise);
    let release = (): void => {};
    const source = new IterableSource(chunks, {
      onOver: () => {
        release();
        resolve();
      },
    });
    release = this.#instance.hold((reason) => source.fail(reason));
    return new InputStream(source);
  }

  giveNativeStream(stream: NativeStream, isBytes: boolean): AsyncIterable<unknown> {
    return this.#giveChunks(nativeChunks(stream, isBytes));
  }

  takeNativeStream(chunks: AsyncIterable<Iterable<unknown>>, isBytes: boolean): AsyncIterable<unknown> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#taken.push(promise);
    let release = (): void => {};
    const elements = new NativeSource(chunks, isBytes, () => {
      release();
      resolve();
    });
    release = this.#instance.hold(() => void elements.return());
    return elements;
  }

  giveNativeFuture(future: unknown): Promise<unknown> {
    return this.#give((resolve, reject) => Promise.resolve(future).then(resolve, reject));
  }

  givePollable(pollable: Pollable): Promise<void> {
    // Never rejects by itself.
    return this.#give((resolve) => Promise.resolve(pollable.block()).then(() => resolve()));
  }

  /** A future that fails counts as ready: a pollable can't tell why it is. */
  takePollable(future: Promise<unknown>): Pollable {
    let isReady = false;
    const settled = future.then(
      () => {
        isReady = true;
      },
      () => {
        isReady = true;
      },
    );
    return new Pollable({ isReady: () => isReady, ready: () => settled });
  }

  giveRemote(object: unknown, owned: boolean): Uint8Array {
    const { handle, linkName } = owned ? RemoteResource.giveAway(object) : RemoteResource.arrivalOf(object);
    this.linkName ??= linkName;
    this.firstHandle ??= handle;
    return handle;
  }

  takeRemote(resource: WitResource, handle: Uint8Array, owned: boolean): RemoteResource {
    let release = (): void => {};
    const arrival = { handle, linkName: this.linkName, onOver: () => release() };
    const object = this.#instance.classOf(resource).adopt(arrival, owned);
    if (!owned) return object;
    const leave = this.#instance.companions.add(parseInterfaceId(resource.instance).name, arrival);
    release = leave;
    const forget = this.#instance.hold(() => object[Symbol.dispose]());
    release = () => {
      leave();
      forget();
    };
    return object;
  }

  giveGuest(resource: WitResource, object: unknown): Uint8Array {
    return this.#ofGuest().giveGuest(resource, object);
  }

  takeGuest(resource: WitResource, handle: Uint8Array, owned: boolean): unknown {
    return this.#ofGuest().takeGuest(resource, handle, owned);
  }

  /** A promise that fails when the instance is gone before it is settled. */
  #giveChunks<T>(source: ChunkSource<T>): AsyncIterable<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#given.push(promise);
    const chunks = new OwnedChunks(source, () => {
      release();
      resolve();
    });
    const release = this.#instance.hold((reason) => chunks.fail(reason));
    return chunks;
  }

  #give<T>(settle: (resolve: (value: T) => void, reject: (reason: unknown) => void) => unknown): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const release = this.#instance.hold(reject);
    void settle(resolve, reject);
    this.#given.push(
      promise.then(
        () => release(),
        () => release(),
      ),
    );
    return promise;
  }

  #ofGuest(): GuestHandles {
    if (this.#guests === undefined) throw new TypeError('nobody keeps the resources of this guest');
    return this.#guests;
  }
}
