import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { AnswerCount } from './answer-count.js';

/** Requests without a pause over connections that are kept alive. */
export interface HttpLoad {
  /** Resolves when so many more requests have been answered; rejects when one was not. */
  answers(count: number): Promise<void>;
  /** Resolves when each connection had its last answer: the server closed it, or {@link HttpLoad.end} was called. */
  readonly over: Promise<HttpLoadResult>;
  /** Ends the load after the answers to what was asked. */
  end(): Promise<HttpLoadResult>;
}

export interface HttpLoadResult {
  readonly statuses: ReadonlySet<number>;
  /** How many were opened. */
  readonly connections: number;
}

export interface HttpLoadRequest {
  /** Default GET. */
  readonly method?: string;
  readonly body?: string;
}

/** Each connection asks again once it has its answer, until one says `connection: close`. */
export function startHttpLoad(
  url: string,
  connections: number,
  { method = 'GET', body }: HttpLoadRequest = {},
): HttpLoad {
  const statuses = new Set<number>();
  const sockets = new Set<unknown>();
  const answered = new AnswerCount();
  let isEnding = false;

  const visit = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (;;) {
        const request = httpRequest(url, { agent, method }).end(body);
        const [response] = (await once(request, 'response')) as [IncomingMessage];
        sockets.add(response.socket);
        for await (const _ of response);
        statuses.add(response.statusCode ?? 0);
        answered.add();
        if (isEnding || response.headers.connection === 'close') return;
      }
    } finally {
      agent.destroy();
    }
  };
  const over = Promise.all(Array.from({ length: connections }, visit)).then(() => ({
    statuses,
    connections: sockets.size,
  }));
  // Whoever waits hears of a failure.
  over.catch(() => {});

  return {
    over,
    answers: (count) => answered.more(count, over),
    async end() {
      isEnding = true;
      return await over;
    },
  };
}
