import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Between two looks, in ms. */
const againMs = 50;
/** For one host to answer: the system may keep the connections of a killed process open until the last of its threads has ended. */
const attemptMs = 2_000;
/** For the front to answer, whatever it has to try. */
const patienceMs = 30_000;

export async function untilAnswered(port: number): Promise<void> {
  const agent = new Agent();
  while ((await statusOf(port, agent, attemptMs)) !== 200) await wait(againMs);
}

/** Status of an answer that came whole; `undefined`: none did. */
function statusOf(port: number, agent: Agent, timeout: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, agent, timeout }, (response: IncomingMessage) => {
      response.resume();
      response.on('end', () => resolve(response.complete ? response.statusCode : undefined));
      response.on('error', () => resolve(undefined));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

/** What stands in front of hosts: takes them in turn, and asks the next one when one does not answer with 200. */
export async function startFront(
  ports: readonly number[],
): Promise<AsyncDisposable & { readonly port: number }> {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  const server: Server = createServer(async (_request, response) => {
    const first = turn++;
    for (let attempt = 0; attempt < ports.length; attempt++) {
      const port = ports[(first + attempt) % ports.length] as number;
      if ((await statusOf(port, agent, attemptMs)) === 200) {
        response.end('ok');
        return;
      }
    }
    response.statusCode = 502;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    port,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface FrontLoad {
  answers(count: number): Promise<void>;
  /** How many were sent, and of those that were lost how they ended. */
  end(): Promise<{ readonly sent: number; readonly lost: readonly string[] }>;
}

/** Requests without a pause, each lost unless it is answered with 200. */
export function startFrontLoad(port: number, connections: number): FrontLoad {
  const agent = new Agent({ keepAlive: true });
  let sent = 0;
  const lost: string[] = [];
  let isEnding = false;
  const run = async (): Promise<void> => {
    while (!isEnding) {
      const from = performance.now();
      const status = await statusOf(port, agent, patienceMs);
      sent += 1;
      const ms = Math.round(performance.now() - from);
      if (status !== 200) lost.push(`${status ?? 'no answer'} after ${ms} ms`);
    }
  };
  const over = Promise.all(Array.from({ length: connections }, run));
  return {
    async answers(count) {
      const wanted = sent + count;
      while (sent < wanted) await wait(againMs);
    },
    async end() {
      isEnding = true;
      await over;
      agent.destroy();
      return { sent, lost };
    },
  };
}
