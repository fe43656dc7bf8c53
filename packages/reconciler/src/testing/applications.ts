import type {
  ConfigEntry,
  DeployedApplication,
  Manifest,
  ManifestComponent,
  ManifestLink,
  Scaler,
} from '@wasmlattice/applications';
import type { HostInventory, StringMap } from '@wasmlattice/control-interface';
import type { ObservedHost } from '../observation/observed-host.js';

/** An application that is to run. */
export function application(
  name: string,
  components: readonly ManifestComponent[],
  version = 'v1',
): DeployedApplication {
  const manifest: Manifest = { name, version, description: undefined, components };
  const document = {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name, annotations: { version } },
    spec: { components: [] },
  };
  return { name, version, document, manifest, problem: undefined };
}

/** Instances without requirements, `spread` or `daemon`. */
export function scaler(instances: number, kind: Scaler['kind'] = 'spread'): Scaler {
  return { kind, instances, spreads: [{ name: 'default', requirements: {}, weight: 100 }] };
}

export function component(
  name: string,
  options: Partial<ManifestComponent> & { readonly image?: string } = {},
): ManifestComponent {
  const { image = `registry.test/${name}:1`, ...rest } = options;
  return {
    name,
    kind: 'component',
    source: { kind: 'image', image },
    id: undefined,
    config: [],
    scalers: [scaler(1)],
    links: [],
    ...rest,
  };
}

export function provider(
  name: string,
  options: Partial<ManifestComponent> & { readonly image?: string } = {},
): ManifestComponent {
  return component(name, { scalers: [], ...options, kind: 'capability' });
}

export function link(target: string, options: Partial<ManifestLink> = {}): ManifestLink {
  return {
    name: 'default',
    target,
    namespace: 'wasi',
    package: 'keyvalue',
    interfaces: ['store'],
    sourceConfig: [],
    targetConfig: [],
    ...options,
  };
}

export function config(name: string, properties: StringMap | undefined): ConfigEntry {
  return { name, properties };
}

export function host(
  hostId: string,
  options: Partial<HostInventory> & { readonly isSettled?: boolean } = {},
): ObservedHost {
  const { isSettled = true, ...inventory } = options;
  return {
    isSettled,
    inventory: {
      hostId,
      friendlyName: `name-${hostId}`,
      labels: {},
      version: '1.2.3',
      uptimeHuman: '',
      uptimeSeconds: 100,
      components: [],
      providers: [],
      ...inventory,
    },
  };
}
