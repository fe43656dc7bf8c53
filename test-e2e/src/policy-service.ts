/**
 * A policy service over NATS: `policy-service.ts <url> <topic>`. It permits everything but what has `denied` in it, tells of each request in
 * a line, and announces another decision when it is asked to: on `{topic}.announce`.
 */
import { connect } from 'nats';

interface Asked {
  readonly requestId: string;
  readonly kind: string;
  readonly request: unknown;
}

const [, , url = '', topic = ''] = process.argv;
const connection = await connect({ servers: url });
/** By what was asked. */
const asked: Asked[] = [];

connection.subscribe(topic, {
  callback(error, message) {
    if (error !== null) throw error;
    const request = message.json<Asked>();
    asked.push(request);
    const permitted = !JSON.stringify(request.request).includes('denied');
    process.stdout.write(`asked ${message.string()}\n`);
    message.respond(
      JSON.stringify({
        requestId: request.requestId,
        permitted,
        message: permitted ? null : 'not this one',
      }),
    );
  },
});
/** `{"kind": …, "about": …, "permitted": …}`: of all requests of that kind whose text has `about`. */
connection.subscribe(`${topic}.announce`, {
  callback(error, message) {
    if (error !== null) throw error;
    const { kind, about, permitted } = message.json<{ kind: string; about: string; permitted: boolean }>();
    for (const request of asked) {
      if (request.kind !== kind || !JSON.stringify(request.request).includes(about)) continue;
      const { requestId } = request;
      connection.publish(
        `${topic}.changes`,
        JSON.stringify({ requestId, permitted, message: 'changed my mind' }),
      );
    }
    message.respond();
  },
});
await connection.flush();
process.stdout.write('the policy service listens\n');
