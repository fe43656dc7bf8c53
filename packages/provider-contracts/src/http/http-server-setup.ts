import type { StringMap } from '@wasmlattice/provider-host/protocol';
import type { NatsConnection } from 'nats';

/** A link of the server to a component. */
export interface HttpServerLink {
  readonly component: string;
  readonly name: string;
  readonly config: StringMap;
}

/** A server that runs. */
export interface RunningHttpServer extends AsyncDisposable {
  /** Resolves once it listens. */
  putLink(link: HttpServerLink): Promise<void>;
  /** Resolves once the server was told. */
  deleteLink(link: HttpServerLink): Promise<void>;
}

/** How servers of one implementation are started, made once for all tests of the contract. */
export interface HttpServerSetup extends AsyncDisposable {
  /** To the server of the lattice `default`, for the tests to play components. */
  readonly connection: NatsConnection;
  /** With the server's own config, and links that are there from the start. */
  start(config: StringMap, links: readonly HttpServerLink[]): Promise<RunningHttpServer>;
}

/** What an implementation may do otherwise than the contract says. */
export const httpServerDifferences = {
  'closed-connections': 'each answer is the last on its connection, by address',
  'no-prefixes': 'paths and hosts are exact',
} as const;

export type HttpServerDifference = keyof typeof httpServerDifferences;
