import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTempDir } from '@wasmlattice/test-support';

/**
 * A process that keeps the protocol of `process-entry.ts` without any component. The `imageRef` of a component says what becomes of
 * it: `unusable`, `exits`, `exits-late`, `spins`, `measured`, which sends a batch of telemetry, `garbage`, `huge`, `closes`, `stays`,
 * which does not end when it is told to, `rights`, which fails with what it may do.
 */
const program = `
import { Socket } from 'node:net';
import { deserialize } from 'node:v8';
// As the real entry does once its clock runs.
process.permission.drop('worker');
const channel = new Socket({ fd: 3 });
channel.on('close', () => process.exit(0));
const sendText = (text) => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  channel.write(Buffer.concat([length, bytes]));
};
const send = (message) => sendText(JSON.stringify(message));
let component;
const receive = (message) => {
  const { kind, id, start } = message;
  const done = () => send({ kind: 'done', id });
    switch (kind) {
    case 'serve':
      component = start;
      switch (start.imageRef) {
        case 'unusable':
          return send({ kind: 'failed', id, error: { name: 'MissingImportError', message: 'no import' } });
        case 'exits':
          process.exit(7);
        case 'exits-late':
          done();
          setTimeout(() => process.exit(7), 50);
          return;
        case 'spins':
          done();
          setTimeout(() => { for (;;); }, 10);
          return;
        case 'measured':
          send({ kind: 'telemetry', batch: { spans: [], measurements: ['one'] } });
          return done();
        case 'garbage':
          done();
          return sendText('{"kind":"telemetry","batch":');
        case 'huge':
          done();
          return channel.write(Buffer.alloc(8, 255));
        case 'closes':
          done();
          channel.removeAllListeners('close');
          channel.destroy();
          return setInterval(() => {}, 1000);
        case 'rights': {
          // What it may do, as the name of an error.
          return import('node:fs').then(async ({ readFileSync, writeFileSync }) => {
            const { spawnSync } = await import('node:child_process');
            const { Worker } = await import('node:worker_threads');
            const tries = {
              read: () => readFileSync('/etc/hostname'),
              write: () => writeFileSync('/tmp/never', ''),
              spawn: () => spawnSync('/bin/true'),
              thread: () => new Worker('0', { eval: true, execArgv: [] }),
              code: () => new Function('return 1')(),
              proto: () => ({}).__proto__,
            };
            const allowed = Object.keys(tries).filter((name) => {
              try {
                return tries[name]()?.error === undefined;
              } catch {
                return false;
              }
            });
            const variables = Object.keys(process.env);
            send({ kind: 'failed', id, error: { name: 'Rights', message: JSON.stringify({ allowed, variables }) } });
          });
        }
      }
      return done();
    case 'sync':
      return done();
    case 'close':
      if (component.imageRef === 'stays') return;
      done();
      channel.end(() => process.exit(0));
  }
};
let rest = Buffer.alloc(0);
channel.on('data', (chunk) => {
  rest = Buffer.concat([rest, chunk]);
  while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE()) {
    const end = 4 + rest.readUInt32BE();
    receive(deserialize(rest.subarray(4, end)));
    rest = rest.subarray(end);
  }
});
`;

export interface TestProcess extends AsyncDisposable {
  readonly entry: URL;
}

export async function createTestProcess(): Promise<TestProcess> {
  const dir = await createTempDir();
  const file = join(dir.path, 'process.mjs');
  await writeFile(file, program);
  return { entry: pathToFileURL(file), [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}
