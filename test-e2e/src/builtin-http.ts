import type { HttpClientSetup, HttpServerSetup, RunningHttpServer } from '@wasmlattice/provider-contracts';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { type Scenario, startScenario } from './scenario.js';

/** The HTTP server that is part of a host; components are played over its lattice. */
export async function builtinHttpServer(): Promise<HttpServerSetup> {
  const scenario = await startScenario();
  let count = 0;
  return {
    connection: scenario.lattice.connection,
    async start(config, links) {
      count += 1;
      const id = `server-${count}`;
      const provider = await startBuiltin(scenario, { id, image: 'http-server', config });
      const server = serverOf(scenario, id, provider);
      for (const link of links) await server.putLink(link);
      return server;
    },
    [Symbol.asyncDispose]: () => scenario[Symbol.asyncDispose](),
  };
}

function serverOf({ lattice, host }: Scenario, id: string, provider: AsyncDisposable): RunningHttpServer {
  const subject = { source_id: id, wit_namespace: 'wasi', wit_package: 'http' };
  return {
    async putLink({ component, name, config }) {
      const configName = `${id}-${component}`;
      await lattice.succeed(`config.put.${configName}`, config);
      const names = { target: component, name, interfaces: ['incoming-handler'] };
      await lattice.succeed('link.put', { ...subject, ...names, source_config: [configName] });
      const says = `(?:listening for|answering) HTTP\\b.*provider=${id}\\b.*component=${component}\\b`;
      await host.child.waitForLine(new RegExp(says));
    },
    deleteLink: async ({ name, component: target }) =>
      void (await lattice.succeed('link.del', { ...subject, name, target })),
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  };
}

/** The HTTP client that is part of a host. */
export async function builtinHttpClient(): Promise<HttpClientSetup> {
  const scenario = await startScenario({ args: ['--http-client-allow', '127.0.0.1'] });
  const invoker = createNatsInvoker({ connection: scenario.lattice.connection, lattice: 'default' });
  let count = 0;
  return {
    async start(config) {
      count += 1;
      const id = `client-${count}`;
      const provider = await startBuiltin(scenario, { id, image: 'http-client', config });
      return { invoker, id, [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose]() };
    },
    async [Symbol.asyncDispose]() {
      await invoker.close();
      await scenario[Symbol.asyncDispose]();
    },
  };
}

/** Runs until the end of its scope. */
async function startBuiltin(
  { lattice, host }: Scenario,
  { id, image, config }: { id: string; image: string; config: Readonly<Record<string, string>> },
): Promise<AsyncDisposable> {
  const hasConfig = Object.keys(config).length > 0;
  if (hasConfig) await lattice.succeed(`config.put.${id}`, config);
  const started = lattice.nextEvent('provider_started', { provider_id: id });
  await lattice.succeed(`provider.start.${host.id}`, {
    provider_id: id,
    provider_ref: `wasmcloud+builtin://${image}`,
    host_id: host.id,
    config: hasConfig ? [id] : [],
  });
  await started;
  return {
    async [Symbol.asyncDispose]() {
      const stopped = lattice.nextEvent('provider_stopped', { provider_id: id });
      await lattice.succeed(`provider.stop.${host.id}`, { provider_id: id, host_id: host.id });
      await stopped;
    },
  };
}
