import { build } from './build.mjs';
import { provideCeph } from './ceph.mjs';
import { provideChromium } from './chromium.mjs';
import { installDependencies } from './dependencies.mjs';
import { provideDockerRegistry } from './docker-registry.mjs';
import { SetupError } from './errors.mjs';
import { provideMosquitto } from './mosquitto.mjs';
import { provideNatsServer } from './nats-server.mjs';
import { provideNode26 } from './node26.mjs';
import { providePostgres } from './postgres.mjs';
import { provideRedis } from './redis.mjs';

/** Dependencies, a Node.js 26 that runs, and `nats-server`; what every command needs before it does anything else. Tests and benchmarks add a registry. */
export async function setUpTools(progress) {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    throw new SetupError(
      `Node.js ${process.versions.node} is too old for these scripts: they need Node.js 20 or later.`,
    );
  }
  await installDependencies(progress);
  await provideNode26(progress);
  const natsServer = await provideNatsServer(progress);
  return { natsServer };
}

/** As {@link setUpTools}, with what {@link setUpServers} brings. */
export async function setUpTestTools(progress) {
  const tools = await setUpTools(progress);
  return { ...tools, ...(await setUpServers(progress)) };
}

/** What only tests and benchmarks need: a registry of artifacts, databases, an MQTT broker, an object store and a browser. */
export async function setUpServers(progress) {
  return {
    dockerRegistry: await provideDockerRegistry(progress),
    postgres: await providePostgres(progress),
    mosquitto: await provideMosquitto(progress),
    redis: await provideRedis(progress),
    ceph: await provideCeph(progress),
    chromium: await provideChromium(progress),
  };
}

/** Everything up to a built workspace. Does nothing that is already done. */
export async function setUp(progress) {
  const tools = await setUpTools(progress);
  await build(progress, tools);
  return tools;
}
