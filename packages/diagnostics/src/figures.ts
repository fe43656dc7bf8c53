/** What a host is at, and what it has done since its start. Nothing of it is measured for the one who asks: it is there anyway. */
export interface HostFigures {
  readonly hostId: string;
  readonly friendlyName: string;
  readonly version: string;
  /** When it was read, in ms since the epoch, by the clock of the host. */
  readonly time: number;
  readonly uptimeSeconds: number;
  readonly process: ProcessFigures;
  /** Upper bounds of {@link ComponentFigures.durations}, in ms. */
  readonly durationBoundsMs: readonly number[];
  readonly components: readonly ComponentFigures[];
  readonly providers: readonly ProviderFigures[];
}

/** The process of the host, without those of providers and of components that have their own. */
export interface ProcessFigures {
  readonly residentBytes: number;
  /** Time on a core since its start. */
  readonly cpuMs: number;
  /** Threads that serve components, without those that belong to one component alone. */
  readonly servingThreads: number;
  readonly budgets: readonly BudgetFigures[];
}

/** What all guests of the process share: bytes for `resident-memory`, else a number of things. */
export interface BudgetFigures {
  readonly name: string;
  readonly used: number;
  /** Absent for what nothing bounds. */
  readonly ceiling?: number | undefined;
  /** Invocations refused for it since the start. */
  readonly refused: number;
}

/** One component of the host, since its code was started or replaced here. */
export interface ComponentFigures {
  readonly id: string;
  readonly imageRef: string;
  /** Invocations that may run at once. */
  readonly maxInstances: number;
  /** Invocations that are over. */
  readonly invocations: number;
  /** Of these, those that failed: trapped, beyond a limit, refused, left without a complete answer. */
  readonly errors: number;
  /** Of these, those that were refused because too many waited. */
  readonly refused: number;
  /** Invocations that run. */
  readonly running: number;
  /** Invocations that wait for one of those to end. */
  readonly waiting: number;
  /** How long all that are over took together, their waits included. */
  readonly durationMs: number;
  /** Invocations by duration: a number for each of {@link HostFigures.durationBoundsMs}, and one for what took longer. */
  readonly durations: readonly number[];
  /** How long its guests computed. */
  readonly computedMs: number;
  /** Resident memory of the process that it has for itself; absent for what shares that of the host. */
  readonly residentBytes?: number | undefined;
  /** A second version that takes a part of its calls. */
  readonly canary?: CanaryFigures | undefined;
}

/** A second version of a component, and what came of the calls of both since it began. */
export interface CanaryFigures {
  readonly imageRef: string;
  /** Of the calls, from 0 to 1. */
  readonly share: number;
  readonly stable: CanaryCount;
  readonly canary: CanaryCount;
}

export interface CanaryCount {
  /** Invocations that are over. */
  readonly invocations: number;
  /** Of these, those that failed, or answered an HTTP request with a status of 500 or more. */
  readonly errors: number;
}

export type ProviderState = 'starting' | 'running' | 'failed' | 'crash-loop';

export interface ProviderFigures {
  readonly id: string;
  readonly imageRef: string;
  readonly state: ProviderState;
  /** Why it does not serve, or not as its configs say. */
  readonly reason?: string | undefined;
  /** How often it has ended by itself in a row. */
  readonly crashes: number;
  /** Resident memory and time on a core of its process and what that has started; absent for what runs in the host. */
  readonly residentBytes?: number | undefined;
  readonly cpuMs?: number | undefined;
}
