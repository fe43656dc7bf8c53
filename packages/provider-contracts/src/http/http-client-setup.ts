import type { StringMap } from '@wasmlattice/provider-host/protocol';
import type { Invoker } from '@wasmlattice/rpc';

/** A client that runs. */
export interface RunningHttpClient extends AsyncDisposable {
  /** Calls it as components do. */
  readonly invoker: Invoker;
  /** The target of the calls. */
  readonly id: string;
}

/** How clients of one implementation are started, made once for all tests of the contract. */
export interface HttpClientSetup extends AsyncDisposable {
  /** With config of the client's own; requests may go to the loopback. */
  start(config: StringMap): Promise<RunningHttpClient>;
}

/** What an implementation may do otherwise than the contract says. */
export const httpClientDifferences = {
  'no-host': 'a request goes out without `host` unless it has one',
} as const;

export type HttpClientDifference = keyof typeof httpClientDifferences;
