import type { Link } from '@wasmlattice/control-interface';
import type { Command } from 'commander';
import type { Msg, NatsError } from 'nats';
import { typesOfImage } from '../call/component-types.js';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { allOfComponent } from '../control/find-running.js';
import { addGlobalOptions, type OutputFormat } from '../global-options.js';
import { jsonLine } from '../output/json.js';
import { addRegistryOptions, type RegistryOptions } from '../registry-options.js';
import { type FindFunction, functionsOf, type ObservedCall, observeCall } from '../spy/observed-call.js';

interface SpyOptions extends RegistryOptions {
  readonly component?: string;
}

export function addSpy(program: Command, io: CliIo): void {
  const command = addGlobalOptions(program.command('spy'))
    .description('Watch the calls of a component that go over the lattice, to it and from it, until Ctrl-C')
    .argument('<id>', 'id of the component')
    .option('--component <file>', 'a component with the same interfaces (default: the one that runs)');
  addRegistryOptions(command).action((id: string, own: SpyOptions, self: Command) =>
    onLattice(self, io, (lattice) => spy(lattice, id, own)),
  );
}

async function spy(lattice: LatticeCommand, component: string, own: SpyOptions): Promise<void> {
  const { client, connection, io, options } = lattice;
  const [running] = await allOfComponent(lattice, component);
  const links = await client.getLinks({ signal: io.signal });
  const find = await typesKnown(running?.description.imageRef ?? '', own, io);
  const over = Promise.withResolvers<void>();
  const callback = (error: NatsError | null, message: Msg): void => {
    if (error !== null) {
      over.reject(
        new CliError(
          `this login may not watch calls: ${error.message}`,
          'calls have an account of their own where roles do: use --nats-url and --ctl-creds of a user who may subscribe to them',
          { cause: error },
        ),
      );
      return;
    }
    const source = message.headers?.get('source-id') || undefined;
    const call = observeCall(message.subject, message.data, { component, source, find });
    if (call !== undefined) io.out(renderCall(call, message.data, options.output));
  };
  const subscriptions = [component, ...linkedWith(component, links)].flatMap((id) =>
    // The second is a place where it runs, for resources that are kept there.
    [`${lattice.lattice}.${id}.wrpc.>`, `${lattice.lattice}.${id}.*.wrpc.>`].map((subject) =>
      connection.subscribe(subject, { callback }),
    ),
  );
  void subscriptions[0]?.closed.then(() => over.resolve());
  const onAbort = (): void => over.resolve();
  io.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await connection.flush();
    if (options.output === 'text') {
      io.err(`Spying on component ${component}, Ctrl-C ends\n`);
      io.err('note: calls between components of one host stay in it, unless it runs with --local-rpc off\n');
    }
    await over.promise;
  } finally {
    io.signal.removeEventListener('abort', onAbort);
    for (const subscription of subscriptions) subscription.unsubscribe();
  }
}

/** Whom it calls, and who calls it. */
function linkedWith(component: string, links: readonly Link[]): ReadonlySet<string> {
  return new Set(
    links.flatMap(({ sourceId, target }) =>
      sourceId === component ? [target] : target === component ? [sourceId] : [],
    ),
  );
}

/** Without the component at hand, calls of its own interfaces are shown as bytes. */
async function typesKnown(image: string, own: SpyOptions, io: CliIo): Promise<FindFunction> {
  try {
    return functionsOf(await typesOfImage(image, own.component, own, io));
  } catch (error) {
    if (own.component !== undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    io.err(
      `warning: parameters of interfaces of its own are shown as bytes: ${reason}; name it with --component\n`,
    );
    return functionsOf(undefined);
  }
}

/** The layout of `wash spy`; the message is JSON where its types are known. */
function renderCall(
  { from, to, operation, params, isPartial }: ObservedCall,
  payload: Uint8Array,
  output: OutputFormat,
): string {
  const time = new Date().toISOString();
  if (output === 'json') {
    const message =
      params === undefined ? { payload: { base64: payload.toBase64() } } : { params, partial: isPartial };
    return jsonLine({ time, from, to, operation, ...message });
  }
  const message =
    params === undefined
      ? `${payload.length} bytes, base64 ${payload.toBase64()}`
      : `${JSON.stringify(params)}${isPartial ? ' and more' : ''}`;
  return `\n[${time}]\nFrom: ${shown(from).padEnd(25)} To: ${shown(to).padEnd(25)}\n\nOperation: ${shown(operation)}\nMessage: ${message}\n`;
}

/** Callers name themselves, and may name orders for a terminal. */
function shown(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, '?');
}
