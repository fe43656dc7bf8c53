/** What an HTTP client of the lattice is to be. */
export interface HttpClientRequest {
  /** Id of the provider: the target of the links that lead to it. */
  readonly providerId: string;
  /** Whether the certificates that Node.js trusts count. */
  readonly defaultAuthorities: boolean;
  /** Certificates of further authorities, PEM. */
  readonly authorities: readonly string[];
}

/** A client that serves until it is closed. */
export interface HttpClientLease {
  /** Takes no further request; resolves once those in progress are over. A second call does nothing. */
  close(): Promise<void>;
}

/** Sends requests of the lattice into a network, from the serving threads; the host implements it. */
export interface HttpClients {
  /** Resolves once requests arrive; rejects where the host lets none go anywhere. */
  serve(request: HttpClientRequest): Promise<HttpClientLease>;
}
