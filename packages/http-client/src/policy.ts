import { networkInterfaces } from 'node:os';
import { plainAddress } from './address-class.js';
import { AllowList, type Destination } from './allow-list.js';

/** A request may not go where it is to go. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError';
  /** `host`: nobody may send requests there; `address`: the name leads where none may be opened to. */
  readonly what: 'host' | 'address';

  constructor(what: 'host' | 'address', message: string) {
    super(message);
    this.what = what;
  }
}

/** Whose list it is: for messages, which say what to change. */
export interface NamedList {
  readonly entries: readonly string[];
  /** `--http-client-allow of the host`. */
  readonly source: string;
}

/** Where the requests of one component may go: where all of the lists allow it. */
export class ClientPolicy {
  readonly #lists: readonly { readonly list: AllowList; readonly source: string }[];
  readonly #isOwnAddress: (address: string) => boolean;

  /**
   * @param isOwnAddress whether an address is one of this machine, and so as near as its loopback
   * @throws AllowListError
   */
  constructor(lists: readonly NamedList[], isOwnAddress: (address: string) => boolean = isInterfaceAddress) {
    this.#lists = lists.map(({ entries, source }) => ({ list: AllowList.parse(entries), source }));
    this.#isOwnAddress = isOwnAddress;
  }

  /** @throws DeniedError */
  checkHost(destination: Destination): void {
    const { host, port } = destination;
    for (const { list, source } of this.#lists) {
      if (list.allowsHost(destination)) continue;
      throw new DeniedError('host', `requests to ${host} at port ${port} are not allowed by ${source}`);
    }
  }

  /** @throws DeniedError */
  checkAddress(destination: Destination, address: string): void {
    const { host } = destination;
    const isOwn = this.#isOwnAddress(address);
    for (const { list, source } of this.#lists) {
      if (list.allowsAddress(destination, address, isOwn)) continue;
      throw new DeniedError(
        'address',
        `${host} is ${address}, where ${source} does not let requests go: list the address if they should`,
      );
    }
  }
}

/** Read each time: addresses come and go, and connections are opened rarely. */
function isInterfaceAddress(address: string): boolean {
  const plain = plainAddress(address);
  return Object.values(networkInterfaces()).some((infos) => infos?.some((info) => info.address === plain));
}
