/** Where a component shall answer HTTP. */
export interface HttpListenRequest {
  /** Id of the HTTP server provider: the source of the link. */
  readonly providerId: string;
  /** The component that answers: the target of the link. */
  readonly componentId: string;
  readonly linkName: string;
  /** IP address, without brackets for IPv6. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** An address that is held until it is given back. */
export interface HttpTargetLease {
  /** Stops listening; resolves once the address is free. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Brings HTTP from an address to a component. The host implements it: its serving threads listen, whether the component runs
 * there, elsewhere in the lattice, or nowhere.
 */
export interface HttpTargets {
  /** Resolves once the address accepts connections; rejects when it can't be bound. */
  listen(request: HttpListenRequest): Promise<HttpTargetLease>;
}
