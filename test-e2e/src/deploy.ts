import type { HostProcess } from './host-process.js';
import type { Lattice } from './lattice.js';
import { paths } from './paths.js';

export interface ComponentDeployment {
  readonly id: string;
  readonly wasm: string;
  readonly maxInstances?: number;
  readonly config?: readonly string[];
  readonly limits?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Starts a component and waits until it runs. */
export async function startComponent(
  lattice: Lattice,
  host: Pick<HostProcess, 'id'>,
  component: ComponentDeployment,
): Promise<void> {
  const { id, wasm, maxInstances = 1, config = [], limits, annotations } = component;
  const scaled = lattice.nextEvent('component_scaled', { component_id: id, max_instances: maxInstances });
  await lattice.succeed(`component.scale.${host.id}`, {
    component_id: id,
    component_ref: `file://${wasm}`,
    count: maxInstances,
    host_id: host.id,
    config,
    ...(limits === undefined ? {} : { component_limits: limits }),
    ...(annotations === undefined ? {} : { annotations }),
  });
  await scaled;
}

/** Stops a component on one host and waits until it has. */
export async function stopComponent(
  lattice: Lattice,
  host: Pick<HostProcess, 'id'>,
  { id, wasm }: Pick<ComponentDeployment, 'id' | 'wasm'>,
): Promise<void> {
  const scaled = lattice.nextEvent('component_scaled', { component_id: id, max_instances: 0 });
  await lattice.succeed(`component.scale.${host.id}`, {
    component_id: id,
    component_ref: `file://${wasm}`,
    count: 0,
    host_id: host.id,
  });
  await scaled;
}

/** Starts the built-in HTTP server, links it to a component, and returns the URL once that component listens. */
export async function serveHttp(
  lattice: Lattice,
  host: Pick<HostProcess, 'id' | 'child'>,
  component: string,
  port: number,
): Promise<string> {
  const providerId = `http-${component}`;
  const started = lattice.nextEvent('provider_started', { provider_id: providerId });
  await lattice.succeed(`provider.start.${host.id}`, {
    provider_id: providerId,
    provider_ref: 'wasmcloud+builtin://http-server',
    host_id: host.id,
  });
  await started;
  const address = `127.0.0.1:${port}`;
  await lattice.succeed(`config.put.${providerId}-address`, { address });
  await lattice.succeed('link.put', {
    source_id: providerId,
    target: component,
    name: 'default',
    wit_namespace: 'wasi',
    wit_package: 'http',
    interfaces: ['incoming-handler'],
    source_config: [`${providerId}-address`],
  });
  await host.child.waitForLine(new RegExp(`listening for HTTP\\b.*${address.replaceAll('.', '\\.')}\\b`));
  return `http://${address}`;
}

/** Starts the key-value provider and links a component to it. */
export async function linkKeyvalue(
  lattice: Lattice,
  host: Pick<HostProcess, 'id'>,
  component: string,
  bucket: string,
): Promise<void> {
  await startProvider(lattice, host, 'keyvalue', paths.keyvalueProvider);
  await lattice.succeed(`config.put.${component}-bucket`, { bucket, enable_bucket_auto_create: 'true' });
  await lattice.succeed('link.put', {
    source_id: component,
    target: 'keyvalue',
    name: 'default',
    wit_namespace: 'wasi',
    wit_package: 'keyvalue',
    interfaces: ['store', 'atomics', 'batch'],
    target_config: [`${component}-bucket`],
  });
}

/** Starts a provider from a file and waits until it serves. */
export async function startProvider(
  lattice: Lattice,
  host: Pick<HostProcess, 'id'>,
  id: string,
  file: string,
): Promise<void> {
  const started = lattice.nextEvent('provider_started', { provider_id: id });
  await lattice.succeed(`provider.start.${host.id}`, {
    provider_id: id,
    provider_ref: `file://${file}`,
    host_id: host.id,
  });
  await started;
}

export interface LinkDeployment {
  readonly source: string;
  readonly target: string;
  readonly name?: string;
  /** `wasi:blobstore/blobstore` */
  readonly interface: string;
  readonly sourceConfig?: Readonly<Record<string, string>>;
  readonly targetConfig?: Readonly<Record<string, string>>;
}

/** Puts a link with configs of its own. */
export async function putLink(lattice: Lattice, link: LinkDeployment): Promise<void> {
  const { source, target, name = 'default', sourceConfig, targetConfig } = link;
  const [, namespace = '', pkg = '', iface = ''] = /^(.+):(.+)\/(.+)$/.exec(link.interface) ?? [];
  const putConfig = async (side: string, values: LinkDeployment['sourceConfig']): Promise<string[]> => {
    if (values === undefined) return [];
    const config = `${source}-${target}-${name}-${side}`;
    await lattice.succeed(`config.put.${config}`, values);
    return [config];
  };
  await lattice.succeed('link.put', {
    source_id: source,
    target,
    name,
    wit_namespace: namespace,
    wit_package: pkg,
    interfaces: [iface],
    source_config: await putConfig('source', sourceConfig),
    target_config: await putConfig('target', targetConfig),
  });
}
