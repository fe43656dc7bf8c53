import { request } from 'node:http';
import type { LatticeTables, TableName } from '../model/lattice-rows.js';
import type { DashboardMessage } from '../model/messages.js';
import type { Dashboard } from '../server/serve-dashboard.js';

export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface PageRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One request with headers as they are given, which `fetch` would not let through. */
export function ask(address: string, path: string, options: PageRequest = {}): Promise<PageAnswer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, address), { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on('error', reject);
    if (body === undefined) sent.end();
    else sent.end(JSON.stringify(body));
  });
}

/** As {@link ask}, with the token, as a page does. */
export function askAsPage(
  { address, token }: Dashboard,
  path: string,
  { method, body }: PageRequest = {},
): Promise<PageAnswer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return ask(address, path, { ...(method !== undefined && { method }), headers, body });
}

/** The stream of a page, with all it was told so far. */
export interface PageStream extends AsyncDisposable {
  readonly messages: readonly DashboardMessage[];
  /** Resolves once `isTold` holds of a message, with that. */
  waitFor(isTold: (message: DashboardMessage) => boolean): Promise<DashboardMessage>;
  /** The rows of a table as the messages so far make them, by key. */
  rows<T extends TableName>(table: T): ReadonlyMap<string, LatticeTables[T]>;
}

export async function openStream({ address, token }: Dashboard): Promise<PageStream> {
  const closing = new AbortController();
  const response = await fetch(new URL('/api/stream', address), {
    headers: { authorization: `Bearer ${token}` },
    signal: closing.signal,
  });
  const messages: DashboardMessage[] = [];
  const listeners = new Set<() => void>();
  const read = async (): Promise<void> => {
    let rest = '';
    if (response.body === null) return;
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = `${rest}${chunk}`.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) messages.push(JSON.parse(block.slice('data: '.length)) as DashboardMessage);
      for (const listener of listeners) listener();
    }
  };
  const ended = read().catch(() => {});
  return {
    messages,
    waitFor: (isTold) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = messages.find(isTold);
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
    rows(table) {
      const rows = new Map();
      for (const message of messages) {
        if (message.kind === 'connection') continue;
        const { set = {}, gone = [] } = message.changes[table] ?? {};
        for (const key of gone) rows.delete(key);
        for (const [key, row] of Object.entries(set)) rows.set(key, row);
      }
      return rows;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await ended;
    },
  };
}
