import type { BrokerMessage } from '@wasmlattice/rpc/interfaces';

/** `wasmcloud:messaging/types.metadata` of 0.3.0. */
export type Metadata = [key: string, value: string][];

/** Resource `wasmcloud:messaging/types.message` of 0.3.0. */
export class Message {
  /** Where answers go; only of a message that arrived. */
  readonly replyTo: string | undefined;
  readonly #topic: string | undefined;
  #data: Uint8Array;
  #contentType: string | undefined;
  #metadata: Metadata | undefined;

  constructor(data: Uint8Array, arrived?: Pick<BrokerMessage, 'subject' | 'replyTo'>) {
    this.#data = data;
    this.#topic = arrived?.subject;
    this.replyTo = arrived?.replyTo;
  }

  static from({ body, ...arrived }: BrokerMessage): Message {
    return new Message(body, arrived);
  }

  topic(): string | undefined {
    return this.#topic;
  }

  contentType(): string | undefined {
    return this.#contentType;
  }

  setContentType(contentType: string): void {
    this.#contentType = contentType;
  }

  data(): Uint8Array {
    return this.#data;
  }

  setData(data: Uint8Array): void {
    this.#data = data;
  }

  metadata(): Metadata | undefined {
    return this.#metadata;
  }

  addMetadata(key: string, value: string): void {
    this.#metadata = [...(this.#metadata ?? []).filter(([known]) => known !== key), [key, value]];
  }

  setMetadata(metadata: Metadata): void {
    this.#metadata = metadata;
  }

  removeMetadata(key: string): void {
    this.#metadata = this.#metadata?.filter(([known]) => known !== key);
  }
}
