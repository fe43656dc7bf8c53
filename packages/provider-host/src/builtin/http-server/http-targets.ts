/**
 * How a server finds out which component a request is for: it has one component, or goes by the path, or by the value of a header.
 */
export type HttpRouting =
  | { readonly by: 'address' }
  | { readonly by: 'path' }
  | { readonly by: 'host'; readonly header: string };

/** Which values a route takes: all, one alone, or those below one: `/a` and `/a/…` of a path, `*.example.org` of a host. */
export type RouteMatch =
  | { readonly kind: 'any' }
  | { readonly kind: 'exact'; readonly value: string }
  | { readonly kind: 'below'; readonly value: string };

/** What a route asks of requests and does to responses, besides its component. */
export interface RoutePolicy {
  /** Longest time until a response begins, in ms. */
  readonly timeoutMs?: number | undefined;
  /** Most bytes of the body of a request. */
  readonly maxBodyBytes?: number | undefined;
  /** Only GET and HEAD are taken. */
  readonly isReadOnly?: boolean | undefined;
  /** `Cache-Control` of responses, besides what the component says. */
  readonly cacheControl?: string | undefined;
  /** Absent: requests of other origins are the component's to deal with. */
  readonly cors?: CorsPolicy | undefined;
  /** Codings of responses for clients that take them, the best first; absent: none. */
  readonly compression?: readonly ('br' | 'gzip' | 'zstd')[] | undefined;
  /** Each request is a line of the log. */
  readonly logsAccess?: boolean | undefined;
}

/** Who may use responses from another origin, and how. An empty list stands for all. */
export interface CorsPolicy {
  readonly origins: readonly string[];
  readonly headers: readonly string[];
  readonly methods: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly maxAgeSeconds: number;
}

/** A component that answers a part of the requests. */
export interface HttpRoute {
  /** Names it in later calls. */
  readonly route: string;
  readonly match: RouteMatch;
  readonly componentId: string;
  readonly policy: RoutePolicy;
}

/** A certificate and its key, PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

/** What a listener takes of a head. */
export interface HeadLimits {
  /** Most bytes of the head of a request; absent: 64 KiB. */
  readonly maxHeadBytes?: number | undefined;
  /** How long a client may take to send it, in ms; absent: 60 s. */
  readonly headTimeoutMs?: number | undefined;
}

/** Where components shall answer HTTP. */
export interface HttpListenRequest {
  /** Id of the HTTP server provider: the source of the links. */
  readonly providerId: string;
  /** IP address, without brackets for IPv6. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly routing: HttpRouting;
  /** Those it begins with. */
  readonly routes: readonly HttpRoute[];
  /** Absent: without TLS. */
  readonly tls?: TlsMaterial | undefined;
  readonly head?: HeadLimits | undefined;
  /** Addresses and networks of proxies whose word on where a request came from counts; absent: on its host, everybody's. */
  readonly trustedProxies?: readonly string[] | undefined;
}

/** An address that is held until it is given back. */
export interface HttpTargetLease {
  /** One more route, or another in the place of that of the same name. No connection ends. */
  setRoute(route: HttpRoute): Promise<void>;
  /** An unknown one is ignored. */
  deleteRoute(route: string): Promise<void>;
  /** Another certificate for connections from now on; for listeners that have one. */
  setTls(tls: TlsMaterial): Promise<void>;
  /** What does not listen there, while something does; `undefined` when all is well. Absent: who listens is one. */
  trouble?(): string | undefined;
  /** Stops listening; resolves once the address is free. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Brings HTTP from an address to components. The host implements it: its serving threads listen, whether a component runs
 * there, elsewhere in the lattice, or nowhere.
 */
export interface HttpTargets {
  /** Resolves once the address accepts connections; rejects when it can't be bound. */
  listen(request: HttpListenRequest): Promise<HttpTargetLease>;
}
