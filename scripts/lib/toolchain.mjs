import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheRoot, root } from './paths.mjs';

/** Node.js 26, which the npm package `node` brings; there after the dependencies are installed. */
export const node26 = join(root, 'node_modules/node/bin/node');

/** A command that a dependency of the workspace brings. */
export function binary(name) {
  return join(root, 'node_modules/.bin', name);
}

export function hasToolchain() {
  return existsSync(node26) && existsSync(binary('turbo')) && existsSync(binary('pnpm'));
}

/**
 * The environment for the workspace's own commands: its binaries first on the PATH (so `node` is Node.js 26), telemetry
 * of the tools off, and the servers by their paths.
 */
export function toolEnvironment({ env = process.env, ...tools } = {}) {
  const { natsServer, dockerRegistry, postgres, mosquitto, redis, ceph, chromium } = tools;
  const path = [join(root, 'node_modules/.bin'), env.PATH ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter);
  return {
    ...quietEnvironment(env),
    PATH: path,
    // Named outright: turbo hands only a few variables on, and XDG_CACHE_HOME is not among them.
    WASMLATTICE_CACHE: cacheRoot(env),
    ...(natsServer === undefined ? {} : { NATS_SERVER_BIN: natsServer }),
    ...(dockerRegistry === undefined ? {} : { DOCKER_REGISTRY_BIN: dockerRegistry }),
    ...(postgres === undefined ? {} : { POSTGRES_BIN: postgres }),
    ...(mosquitto === undefined ? {} : { MOSQUITTO_BIN: mosquitto }),
    ...(redis === undefined ? {} : { REDIS_SERVER_BIN: redis }),
    ...(ceph === undefined ? {} : { RADOSGW_BIN: ceph }),
    ...(chromium === undefined ? {} : { CHROMIUM_BIN: chromium }),
  };
}

/** No telemetry, no update notices. */
export function quietEnvironment(env = process.env) {
  return {
    ...env,
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
  };
}
