// The part of the web platform that a guest finds in its engine (StarlingMonkey), as far as the examples use it.
// TypeScript's own `webworker` library would promise much more than is there.

interface FetchEvent {
  readonly request: Request;
  /** Answers the request. Must be called before the listener returns; the promise may settle later. */
  respondWith(response: Response | Promise<Response>): void;
  /** Keeps the instance alive until the promise settles. */
  waitUntil(promise: Promise<unknown>): void;
}

declare function addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;

declare const console: {
  debug(...values: unknown[]): void;
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
};

declare class Headers {
  constructor(init?: Record<string, string> | [string, string][]);
  get(name: string): string | null;
  has(name: string): boolean;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
  delete(name: string): void;
  entries(): IterableIterator<[string, string]>;
}

/** A body as it arrives; handed on whole, it is passed through without being kept. */
declare class ReadableStream {
  private constructor();
}

declare class Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: ReadableStream | null;
  text(): Promise<string>;
  json(): Promise<unknown>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

declare class Response {
  constructor(
    body?: string | Uint8Array | ReadableStream | null,
    init?: { status?: number; headers?: Record<string, string> | Headers },
  );
  readonly status: number;
  readonly headers: Headers;
}

declare class URLSearchParams {
  get(name: string): string | null;
  has(name: string): boolean;
  entries(): IterableIterator<[string, string]>;
}

declare class URL {
  constructor(url: string, base?: string);
  readonly host: string;
  readonly pathname: string;
  readonly search: string;
  readonly searchParams: URLSearchParams;
}

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean });
  decode(bytes: Uint8Array): string;
}
