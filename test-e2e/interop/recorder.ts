import { writeFile } from 'node:fs/promises';
import type { TestNatsServer } from '@wasmlattice/test-support';
import { connect, type Msg } from 'nats';

/** Keeps the requests of control that pass a lattice, in order of arrival, with what was being done. */
export interface Recorder extends AsyncDisposable {
  step(name: string): void;
  /** Writes a line of JSON for each step and each request. */
  write(file: string): Promise<void>;
}

/**
 * @param names what differs from run to run, and the word in braces that stands for it in the file
 */
export async function recordControl(
  nats: TestNatsServer,
  lattice: string,
  names: () => ReadonlyMap<string, string>,
): Promise<Recorder> {
  const connection = await connect({ servers: nats.url });
  const lines: object[] = [];
  const prefix = `wasmbus.ctl.v1.${lattice}.`;
  connection.subscribe(`${prefix}>`, {
    callback(error, message: Msg) {
      if (error !== null) throw error;
      lines.push({ request: message.subject.slice(prefix.length), body: message.string() });
    },
  });
  await connection.flush();
  return {
    step(name) {
      lines.push({ step: name });
    },
    async write(file) {
      const text = lines.map((line) => JSON.stringify(line)).join('\n');
      const replaced = [...names()].reduce((result, [from, to]) => result.replaceAll(from, to), text);
      await writeFile(file, `${replaced}\n`);
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
