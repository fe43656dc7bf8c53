import type { NamedList, ProxySettings, TrustSettings } from '@wasmlattice/http-client';
import type { LatticeConnectionSettings } from '@wasmlattice/lattice-connection';
import type { LogSettings, TelemetryBatch, TelemetryRelaySettings } from '@wasmlattice/telemetry';
import type { ThreadClock, ThreadOfBudgets } from '@wasmlattice/wasm-runtime';
import type {
  EngineChoice,
  MemoryWayChoice,
  PreparedComponent,
  ThreadFailure,
} from '@wasmlattice/wasm-runtime/engines';
import type { ComponentRecord, ConfigEntries, LinkRow, SecretEntries } from '../component-record.js';
import type { ClientProvider } from '../http/client-provider.js';
import type { HeadLimits, TlsMaterial } from '../http/listener-options.js';
import type { HttpRoute, HttpRouting } from '../http/routes.js';
import type { InvocationQuestion, InvocationVerdict } from '../policy/decision-requests.js';
import type { ThreadNotice } from './thread-notice.js';
import type { WatchedBatch } from './watched-batch.js';

/** How requests of components get into a network where no link says whereto. */
export interface HttpClientSettings {
  /** Where those of all components may go. */
  readonly allow: NamedList;
  readonly proxies: ProxySettings;
  readonly trust: TrustSettings;
  readonly userAgent: string;
}

/** What all serving threads of a host are born with. */
export interface ServingThreadSettings {
  readonly lattice: string;
  readonly hostId: string;
  /** Where the thread's own connection goes. */
  readonly rpc: LatticeConnectionSettings;
  /** Whether calls between components of this host stay in the thread of their caller. */
  readonly sameHostCalls: boolean;
  /** Longest time until a component on another host has begun its answer to an HTTP request, in ms. */
  readonly httpTimeoutMs: number;
  /** Absent: requests of components need a link. */
  readonly httpClient?: HttpClientSettings | undefined;
  readonly engine: EngineChoice;
  /** How the memories of instances are reset; absent: each thread finds out what is faster. */
  readonly memoryReset?: MemoryWayChoice;
  /** Whether the control plane is asked who may call which component. */
  readonly policesInvocations?: boolean;
  /** Whether clients of the built-in HTTP server see why a guest trapped. */
  readonly showsTraps?: boolean;
  readonly log: LogSettings;
  /** What is recorded and posted to the control plane, which exports it; absent: nothing. */
  readonly telemetry?: TelemetryRelaySettings;
}

/** What one serving thread is born with (`workerData`). */
export interface ServingThreadData extends ServingThreadSettings {
  /** Its part of what there may only be so much of in the process. */
  readonly budgets: ThreadOfBudgets;
  /** By which its guests come to be interrupted. */
  readonly clock: ThreadClock;
}

/** An address at which a thread answers HTTP requests with components. */
export interface ListenerAddress {
  /** Names the listener in later messages. */
  readonly listener: string;
  /** How it finds out which component a request is for. */
  readonly routing: HttpRouting;
  /** Those it begins with. */
  readonly routes: readonly HttpRoute[];
  /** The HTTP server that the components are linked to: who calls those that run elsewhere. */
  readonly providerId: string;
  /** Absent: without TLS. */
  readonly tls?: TlsMaterial | undefined;
  readonly head?: HeadLimits | undefined;
  /** Proxies whose word on where a request came from counts. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly host: string;
  readonly port: number;
  /** Whether other threads listen at the same address. */
  readonly reusePort: boolean;
}

/** Control plane → serving thread. Every message with an `id` is answered by `done` or `failed`. */
export type ToThread =
  /** Serve the component; answered once calls for it arrive. From then on it answers instead of an earlier generation. */
  | { readonly kind: 'start'; readonly id: number; readonly component: ComponentRecord }
  /** Complete what that generation has accepted, and forget it. */
  | { readonly kind: 'stop'; readonly id: number; readonly generation: number; readonly graceMs: number }
  | { readonly kind: 'scale'; readonly generation: number; readonly maxInstances: number }
  | { readonly kind: 'links'; readonly generation: number; readonly links: readonly LinkRow[] }
  | { readonly kind: 'config'; readonly generation: number; readonly config: ConfigEntries }
  | { readonly kind: 'secrets'; readonly generation: number; readonly secrets: SecretEntries }
  | (ListenerAddress & { readonly kind: 'listen'; readonly id: number })
  /** Answer a part of the requests with that component, from the answer on; connections stay. */
  | { readonly kind: 'route'; readonly id: number; readonly listener: string; readonly route: HttpRoute }
  /** Another certificate for connections from now on. */
  | { readonly kind: 'tls'; readonly id: number; readonly listener: string; readonly tls: TlsMaterial }
  /** No further ones; requests in progress go on. An unknown route is fine. */
  | { readonly kind: 'unroute'; readonly id: number; readonly listener: string; readonly route: string }
  /** Requests in progress have `graceMs` to finish; an unknown listener is fine. */
  | { readonly kind: 'unlisten'; readonly id: number; readonly listener: string; readonly graceMs: number }
  /** Serve requests of the lattice as that HTTP client. */
  | { readonly kind: 'serve-client'; readonly id: number; readonly provider: ClientProvider }
  /** Take no further ones; answered once those in progress are over. An unknown client is fine. */
  | { readonly kind: 'stop-client'; readonly id: number; readonly providerId: string }
  /** Let go of the code of that generation unless it is in use; answered by `parked`. */
  | { readonly kind: 'park'; readonly id: number; readonly generation: number }
  /** Answers `need-code`. */
  | { readonly kind: 'code'; readonly generation: number; readonly prepared: PreparedComponent }
  /** Answers `need-code`: why there is none. */
  | { readonly kind: 'no-code'; readonly generation: number; readonly error: ThreadFailure }
  | InvocationVerdict
  | ThreadNotice
  /** Answered once everything posted before it has been obeyed, since messages arrive in order. */
  | { readonly kind: 'sync'; readonly id: number }
  /** Finish what is in flight, close the connections, exit. */
  | { readonly kind: 'close'; readonly id: number; readonly graceMs: number };

/** Serving thread → control plane. */
export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'parked'; readonly id: number; readonly isParked: boolean }
  /** Code is called that is not in this thread; asked once until it is answered. */
  | { readonly kind: 'need-code'; readonly generation: number }
  | InvocationQuestion
  | { readonly kind: 'failed'; readonly id: number; readonly error: ThreadFailure }
  /** Spans and measurements since the last one. */
  | { readonly kind: 'telemetry'; readonly batch: TelemetryBatch }
  | WatchedBatch;
