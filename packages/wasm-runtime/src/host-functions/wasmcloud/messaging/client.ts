/** Resource `wasmcloud:messaging/types.client` of 0.3.0: the name of a link; `''` is the one the guest chose, or `default`. */
export class Client {
  readonly linkName: string | undefined;

  private constructor(name: string) {
    this.linkName = name === '' ? undefined : name;
  }

  /** Local: whether there is such a link shows when it is used. */
  static connect(name: string): Client {
    return new Client(name);
  }

  disconnect(): void {}
}
