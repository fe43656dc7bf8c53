import type { JsonValue } from '@wasmlattice/rpc/json';

/** What a file of version 1 begins with. */
export interface CaptureHeader {
  readonly kind: 'capture';
  readonly version: 1;
  /** Id of the component in its lattice. */
  readonly component: string;
  /** Where the component came from, if that is told. */
  readonly image?: string;
  /** SHA-256 of its bytes, in hex. */
  readonly sha256?: string;
  /** Ids of what it imports and exports. */
  readonly world?: { readonly imports: readonly string[]; readonly exports: readonly string[] };
  /** Hosts that it was recorded on. */
  readonly hosts?: readonly { readonly id: string; readonly version: string }[];
  /** ISO 8601. */
  readonly at: string;
  /** Names whose values are masked beside those that always are. */
  readonly masked?: readonly string[];
}

/** A call of an export, with all that the guest learned from outside and did there. */
export interface RecordedInvocation {
  readonly kind: 'invocation';
  /** When it began; ISO 8601. */
  readonly at: string;
  /** How long it took. */
  readonly ms: number;
  readonly input: RecordedInput;
  /** In the order in which the guest made them. */
  readonly calls: readonly RecordedCall[];
  /** Configuration that it read, `null` where there was none. */
  readonly config?: Readonly<Record<string, string | null>>;
  /** Whether it read all of its configuration. */
  readonly allConfig?: true;
  /** Stand-ins of the secrets that it read, `null` where there was none. */
  readonly secrets?: Readonly<Record<string, { readonly [kind: string]: JsonValue } | null>>;
  /** Clocks and random values: what each function gave, one after the other. */
  readonly ambient?: Readonly<Record<string, readonly JsonValue[]>>;
  /** Stand-ins that were in use when the guest was called: of its secrets, and of what it was called with. */
  readonly standIns?: number;
  readonly outcome: RecordedOutcome;
  /** Why the record is not whole: it can't be replayed then. */
  readonly cut?: string;
}

export type RecordedInput =
  | { readonly http: RecordedRequest }
  | {
      /** Verbatim id of the export; empty for a function outside of any interface. */
      readonly export: string;
      readonly function: string;
      readonly params: Readonly<Record<string, JsonValue>>;
    };

/** Header lines: a name may be there repeatedly. */
export type RecordedHeaders = readonly (readonly [name: string, value: string])[];

export interface RecordedRequest {
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly headers: RecordedHeaders;
  /** What the guest read of it. */
  readonly body?: RecordedStream;
  readonly trailers?: RecordedHeaders;
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers: RecordedHeaders;
  readonly body?: RecordedStream;
  readonly trailers?: RecordedHeaders;
}

/** A call that left the guest. */
export interface RecordedCall {
  /** What it imports, without version: `wasi:keyvalue/store`. */
  readonly interface: string;
  readonly function: string;
  /** Its link, unless that is `default`. */
  readonly link?: string;
  readonly params: Readonly<Record<string, JsonValue>>;
  readonly result?: JsonValue;
  readonly failure?: RecordedFailure;
  /** Where the call began and ended in the sequence of all such events of the invocation. Without an end: nothing came of it. */
  readonly began: number;
  readonly ended?: number;
}

/** A call that failed as a call. */
export interface RecordedFailure {
  readonly name: string;
  readonly message: string;
  /** Of wRPC. */
  readonly code?: string;
  /** `error-code` of HTTP. */
  readonly http?: JsonValue;
}

/** What is recorded of a stream. */
export interface RecordedStream {
  /** Of a stream of bytes. */
  readonly bytes?: JsonValue;
  /** Of any other. */
  readonly items?: readonly JsonValue[];
  /** `open`: its reader did not come to its end. `cut`: there was more than is recorded. */
  readonly end: 'whole' | 'open' | 'cut' | 'failed';
  /** Bytes or items that went through it, where that is more than is recorded. */
  readonly length?: number;
  readonly failure?: string;
}

export type RecordedFuture =
  | { readonly value: JsonValue }
  | { readonly failure: string }
  | { readonly open: true };

/** What came of an invocation. One with a response may have trapped after it. */
export interface RecordedOutcome {
  readonly response?: RecordedResponse;
  /** The status that was sent in place of a response: the guest answered with an error-code, or not at all. */
  readonly failedWith?: number;
  readonly result?: JsonValue;
  readonly trap?: { readonly reason: string };
  /** The limit of its component that it exceeded. */
  readonly limit?: string;
  /** Why it ended otherwise: its caller left, its host stopped. */
  readonly aborted?: string;
}
