import { defaultLimits, limitNames, limitTable } from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config/config-error.js';
import { hostVersion } from './config/host-version.js';
import { limitSettings, settings } from './config/settings.js';
import type { HostConfig } from './config.js';
import { assertLimitsFit, parseHostConfig, withNatsUrl } from './config.js';

const home = { HOME: '/home/ann' };

function run(argv: string[], env: Record<string, string> = {}): HostConfig {
  return runWithWarnings(argv, env).config;
}

function runWithWarnings(argv: string[], env: Record<string, string> = {}) {
  const command = parseHostConfig(argv, { ...home, ...env }, '/srv');
  if (command.kind !== 'run') throw new Error(`expected a configuration, got: ${command.text}`);
  return command;
}

function refusal(argv: string[], env: Record<string, string> = {}): ConfigError {
  try {
    run(argv, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

const jwt = 'eyJ0eXAiOiJKV1QifQ.eyJqdGkiOiIx.c2ln';
const otherJwt = 'eyJ0eXAiOiJKV1QifQ.eyJqdGkiOiIy.c2ln';
const seed = `SU${'A'.repeat(56)}`;
const otherSeed = `SU${'B'.repeat(56)}`;

describe('precedence', () => {
  it('takes the default when nothing is given', () => {
    const config = run([]);
    expect(config).toMatchObject({
      lattice: 'default',
      hostSeed: undefined,
      labels: {},
      allowFileLoad: false,
      heartbeatIntervalSeconds: 30,
      providerShutdownDelayMs: 300,
      providerStartTimeoutMs: 30_000,
      providersInProcess: false,
      shutdownTimeoutMs: 10_000,
      auctions: { component: true, provider: true },
      audit: { destinations: ['log'], scope: 'all' },
      features: { builtinHttpServer: true },
      embeddedNats: { mode: 'auto', port: 4222 },
      log: { level: 'info', structured: false },
    });
    expect(config.nats).toEqual({
      configured: false,
      ctl: { url: 'nats://127.0.0.1:4222', tls: false, credentials: undefined },
      rpc: { url: 'nats://127.0.0.1:4222', tls: false, credentials: undefined },
      provider: { url: 'nats://127.0.0.1:4222', tls: false, credentials: undefined },
      isolated: { url: 'nats://127.0.0.1:4222', tls: false, credentials: undefined },
      accountSeedFile: undefined,
      providerSubjects: [],
      ctlTopicPrefix: 'wasmbus.ctl',
      rpcTimeoutMs: 2000,
    });
    expect(config.limits).toEqual(defaultLimits);
    expect(config.maxComponents).toBe(10_000);
  });

  it('prefers the variable to the default', () => {
    expect(run([], { WASMCLOUD_LATTICE: 'blue' }).lattice).toBe('blue');
  });

  it('prefers the flag to the variable', () => {
    expect(run(['--lattice', 'green'], { WASMCLOUD_LATTICE: 'blue' }).lattice).toBe('green');
    expect(run(['-x', 'green'], { WASMCLOUD_LATTICE: 'blue' }).lattice).toBe('green');
    expect(run(['--nats-port=4333'], { WASMCLOUD_NATS_PORT: '4444' }).nats.ctl.url).toBe(
      'nats://127.0.0.1:4333',
    );
  });

  it('takes the last of a repeated flag', () => {
    expect(run(['--lattice', 'a', '--lattice', 'b']).lattice).toBe('b');
  });

  it('treats an empty variable as absent', () => {
    expect(run([], { WASMCLOUD_NATS_PORT: '', WASMCLOUD_NATS_JWT: '' }).nats.configured).toBe(false);
  });

  it('does not look at a bad variable when the flag is given', () => {
    expect(run(['--nats-port', '1'], { WASMCLOUD_NATS_PORT: 'many' }).nats.rpc.url).toBe(
      'nats://127.0.0.1:1',
    );
  });

  it('knows the aliases of flags', () => {
    expect(run(['--structured-log-level', 'debug']).log.level).toBe('debug');
    expect(run(['--provider-shutdown-delay', '5']).providerShutdownDelayMs).toBe(5);
    expect(run(['--wasmcloud-js-domain', 'edge']).jsDomain).toBe('edge');
  });

  it('reads levels in any case', () => {
    expect(run([], { WASMCLOUD_LOG_LEVEL: 'DEBUG' }).log.level).toBe('debug');
  });
});

describe('switches', () => {
  it('take no value on the command line', () => {
    expect(run(['--allow-file-load', '--enable-structured-logging'])).toMatchObject({
      allowFileLoad: true,
      log: { structured: true },
    });
    expect(refusal(['--allow-file-load', 'true']).message).toMatch(/too many arguments/i);
  });

  it('take true or false in their variables', () => {
    expect(run([], { WASMCLOUD_ALLOW_FILE_LOAD: 'true' }).allowFileLoad).toBe(true);
    expect(run(['--allow-file-load'], { WASMCLOUD_ALLOW_FILE_LOAD: 'false' }).allowFileLoad).toBe(true);
    expect(refusal([], { WASMCLOUD_ALLOW_FILE_LOAD: 'maybe' }).message).toBe(
      'WASMCLOUD_ALLOW_FILE_LOAD (also --allow-file-load) is `maybe`: expected `true` or `false`',
    );
  });

  it('with three states take a value', () => {
    expect(run(['--enable-component-auction', 'false']).auctions).toEqual({
      component: false,
      provider: true,
    });
    expect(run([], { WASMCLOUD_PROVIDER_AUCTION_ENABLED: 'false' }).auctions.provider).toBe(false);
    expect(refusal(['--enable-component-auction']).message).toMatch(/argument missing/);
  });
});

describe('folders', () => {
  it('follow the XDG base directories', () => {
    expect(run([])).toMatchObject({
      dataDir: '/home/ann/.local/share/wasmlattice',
      cacheDir: '/home/ann/.cache/wasmlattice',
    });
    expect(run([], { XDG_DATA_HOME: '/var/data', XDG_CACHE_HOME: '/var/cache' })).toMatchObject({
      dataDir: '/var/data/wasmlattice',
      cacheDir: '/var/cache/wasmlattice',
    });
    expect(run([], { XDG_DATA_HOME: 'data' }).dataDir).toBe('/home/ann/.local/share/wasmlattice');
  });

  it('are taken from the working folder when relative', () => {
    expect(run(['--data-dir', 'data'], { WASMLATTICE_CACHE: '../c' })).toMatchObject({
      dataDir: '/srv/data',
      cacheDir: '/c',
    });
  });

  it('need a home', () => {
    expect(refusal([], { HOME: 'here' })).toMatchObject({ flag: '--data-dir' });
  });
});

describe('labels', () => {
  it('come from flags and from variables, whose suffix keeps its case', () => {
    expect(
      run(['-l', 'zone=a,b', '--label', 'empty='], { WASMCLOUD_LABEL_Kind: 'edge', WASMCLOUD_LABEL_x: '1=2' })
        .labels,
    ).toEqual({ zone: 'a,b', empty: '', Kind: 'edge', x: '1=2' });
  });

  it('of a flag win over the variable, with a warning', () => {
    const { config, warnings } = runWithWarnings(['-l', 'zone=a'], { WASMCLOUD_LABEL_zone: 'b' });
    expect(config.labels).toEqual({ zone: 'a' });
    expect(warnings).toEqual(['label `zone` is set twice: --label zone=a wins over `b`']);
  });

  it('named like properties of objects are labels', () => {
    expect(Object.hasOwn(run(['-l', '__proto__=x']).labels, '__proto__')).toBe(true);
  });

  it.each(['zone', '=a', 'zone=a=b', 'hostcore.os=toaster', 'HostCore.extra=1'])('refuses `%s`', (text) => {
    expect(refusal(['--label', text]).message).toBe(
      `--label is \`${text}\`: expected \`key=value\` with exactly one \`=\`, and no key of the host itself, \`hostcore.*\``,
    );
  });

  it('of the host itself are refused as variables, too', () => {
    const variable = 'WASMCLOUD_LABEL_hostcore.os';
    expect(refusal([], { [variable]: 'toaster' })).toMatchObject({
      variable,
      message: `${variable} is set: labels \`hostcore.*\` tell what the machine is, and the host sets them itself`,
    });
  });
});

describe('NATS', () => {
  it('uses the general values for both connections', () => {
    const { nats } = run(
      ['--nats-host', 'nats.example.org', '--nats-port', '4333', '--nats-jwt', jwt, '--nats-seed', seed],
      {},
    );
    const endpoint = {
      url: 'nats://nats.example.org:4333',
      tls: false,
      credentials: { kind: 'jwt', jwt, seed },
    };
    expect(nats).toMatchObject({ configured: true, ctl: endpoint, rpc: endpoint });
  });

  it('lets each connection differ', () => {
    const { nats } = run(
      ['--ctl-host', 'ctl', '--rpc-port', '1', '--ctl-tls', '--ctl-jwt', otherJwt, '--ctl-seed', otherSeed],
      { WASMCLOUD_RPC_HOST: 'rpc', WASMCLOUD_NATS_CREDS: 'user.creds', WASMCLOUD_RPC_TLS: 'true' },
    );
    expect(nats).toMatchObject({
      configured: true,
      ctl: {
        url: 'nats://ctl:4222',
        tls: true,
        credentials: { kind: 'jwt', jwt: otherJwt, seed: otherSeed },
      },
      rpc: { url: 'nats://rpc:1', tls: true, credentials: { kind: 'file', path: '/srv/user.creds' } },
    });
  });

  it('logs in by the key alone where there is a seed without a JWT', () => {
    const { nats } = run(['--nats-jwt', jwt, '--nats-seed', seed, '--ctl-seed', otherSeed]);
    expect(nats).toMatchObject({
      ctl: { credentials: { kind: 'nkey', seed: otherSeed } },
      rpc: { credentials: { kind: 'jwt', jwt, seed } },
    });
  });

  it('gives providers and isolated components the server of calls, and users of their own', () => {
    const { nats } = run([
      ...['--rpc-host', 'rpc', '--rpc-creds', 'calls.creds', '--rpc-inbox-prefix', '_INBOX_calls'],
      ...['--provider-creds', 'provider.creds', '--provider-inbox-prefix', '_INBOX_provider'],
      ...['--isolated-creds', 'component.creds'],
    ]);
    const server = { url: 'nats://rpc:4222', tls: false };
    const file = (name: string) => ({ kind: 'file', path: `/srv/${name}` });
    expect(nats.rpc).toEqual({ ...server, inboxPrefix: '_INBOX_calls', credentials: file('calls.creds') });
    expect(nats.provider).toEqual({
      ...server,
      inboxPrefix: '_INBOX_provider',
      credentials: file('provider.creds'),
    });
    expect(nats.isolated).toEqual({ ...server, credentials: file('component.creds') });
  });

  it('requires TLS where it is told whom to trust', () => {
    const { nats } = run(['--ctl-tls-ca-file', 'ca.pem']);
    expect(nats.ctl).toMatchObject({ tls: true, tlsCaFile: '/srv/ca.pem' });
    expect(nats.rpc.tls).toBe(false);
  });

  it('writes IPv6 addresses in brackets', () => {
    expect(run(['--nats-host', '::1']).nats.ctl.url).toBe('nats://[::1]:4222');
    expect(run(['--nats-host', '[::1]']).nats.ctl.url).toBe('nats://[::1]:4222');
  });

  it('counts prefix and timeout not as a server', () => {
    const { nats } = run(['--ctl-topic-prefix', 'my.ctl', '--rpc-timeout-ms', '50']);
    expect(nats).toMatchObject({ configured: false, ctlTopicPrefix: 'my.ctl', rpcTimeoutMs: 50 });
  });

  it('moves both connections to an embedded server', () => {
    const moved = withNatsUrl(run(['--lattice', 'blue']), 'nats://127.0.0.1:5000');
    expect(moved).toMatchObject({
      lattice: 'blue',
      nats: { ctl: { url: 'nats://127.0.0.1:5000' }, rpc: { url: 'nats://127.0.0.1:5000' } },
    });
  });
});

describe('settings that belong together', () => {
  it.each([
    [['--nats-jwt', jwt], '--nats-jwt (WASMCLOUD_NATS_JWT) needs --nats-seed (WASMCLOUD_NATS_SEED)'],
    [['--ctl-jwt', jwt], '--ctl-jwt (WASMCLOUD_CTL_JWT) needs --ctl-seed'],
    [
      ['--provider-inbox-prefix', '_INBOX_p'],
      '--provider-inbox-prefix (WASMLATTICE_PROVIDER_INBOX_PREFIX) needs',
    ],
    [
      ['--isolated-inbox-prefix', '_INBOX_c'],
      '--isolated-inbox-prefix (WASMLATTICE_ISOLATED_INBOX_PREFIX) needs',
    ],
    [['--rpc-jwt', jwt], '--rpc-jwt (WASMCLOUD_RPC_JWT) needs --rpc-seed'],
  ])('%s alone is refused', (argv, message) => {
    expect(refusal(argv).message).toContain(message);
  });

  it.each(['nats', 'ctl', 'rpc'])('--%s-creds excludes JWT and seed', (which) => {
    const error = refusal([`--${which}-creds`, 'f', `--${which}-jwt`, jwt, `--${which}-seed`, seed]);
    expect(error.message).toContain(`--${which}-creds`);
    expect(error.message).toContain('exclude each other');
    expect(error.flag).toBe(`--${which}-creds`);
  });

  it('finds a conflict between a flag and a variable', () => {
    expect(
      refusal(['--nats-creds', 'f'], { WASMCLOUD_NATS_JWT: jwt, WASMCLOUD_NATS_SEED: seed }).message,
    ).toBe(
      '--nats-creds (WASMCLOUD_NATS_CREDS) and --nats-jwt (WASMCLOUD_NATS_JWT) exclude each other: leave one out',
    );
  });

  it('a required embedded server excludes the address of another', () => {
    expect(refusal(['--embedded-nats', 'require', '--nats-host', 'there']).message).toContain(
      '--embedded-nats (WASMLATTICE_EMBEDDED_NATS) and --nats-host (WASMCLOUD_NATS_HOST) exclude each other',
    );
    expect(run(['--embedded-nats', 'require', '--embedded-nats-port', '0']).embeddedNats).toEqual({
      mode: 'require',
      port: 0,
    });
  });
});

describe('the engine', () => {
  it('is direct', () => {
    expect(run([]).engine).toBe('direct');
    expect(run([], { WASMLATTICE_ENGINE: 'direct' }).engine).toBe('direct');
    expect(run(['--trust-jco']).engine).toBe('direct');
  });

  it('is jco for those who say that they want it and that they trust all components', () => {
    expect(run(['--engine', 'jco', '--trust-jco']).engine).toBe('trusted-jco');
    expect(run([], { WASMLATTICE_ENGINE: 'jco', WASMLATTICE_TRUST_JCO: 'true' }).engine).toBe('trusted-jco');
    expect(parseHostConfig(['--engine', 'jco', '--trust-jco'], {})).toMatchObject({
      warnings: [expect.stringContaining('components can take over this host')],
    });
  });

  it('is not jco without the word that they are trusted', () => {
    for (const read of [() => run(['--engine', 'jco']), () => run([], { WASMLATTICE_ENGINE: 'jco' })]) {
      expect(read).toThrow(
        '--engine (WASMLATTICE_ENGINE) jco needs --trust-jco (WASMLATTICE_TRUST_JCO): through its code generator',
      );
    }
  });
});

describe('the way to reset memories', () => {
  it('is the faster one unless one is named', () => {
    expect(run([]).memoryReset).toBe('auto');
    expect(run(['--memory-reset', 'copy']).memoryReset).toBe('copy');
    expect(run([], { WASMLATTICE_MEMORY_RESET: 'copy-on-write' }).memoryReset).toBe('copy-on-write');
  });
});

describe('ceilings', () => {
  it('are those of the system unless they are given', () => {
    expect(run([]).ceilings).toEqual({});
    expect(
      run(['--max-linear-memories', '100', '--max-resident-memory-bytes', '200000000']).ceilings,
    ).toEqual({
      'linear-memories': 100,
      'resident-memory': 200_000_000,
    });
  });
});

describe('features', () => {
  it('are known in any case, with dashes or underscores, in lists', () => {
    const off = { WASMLATTICE_BUILTIN_HTTP_SERVER: 'false' };
    expect(run([], off).features.builtinHttpServer).toBe(false);
    expect(run(['--feature', 'Builtin_HTTP_Server'], off).features.builtinHttpServer).toBe(true);
  });

  it('that do not exist only warn', () => {
    const { warnings } = runWithWarnings([], { WASMCLOUD_EXPERIMENTAL_FEATURES: 'warp,builtin-http-server' });
    expect(warnings).toEqual([
      '--feature (WASMCLOUD_EXPERIMENTAL_FEATURES): there is no feature `warp`; it is ignored',
    ]);
  });

  it('that are always on are accepted', () => {
    expect(runWithWarnings(['--feature', 'wasmcloud-messaging-v3'], {}).warnings).toEqual([]);
  });

  it('that exist upstream only are refused', () => {
    expect(refusal(['--feature', 'rpc-interface']).message).toContain(
      'the feature `rpc-interface` is known but not available yet',
    );
  });
});

describe('limits of components', () => {
  it.each(limitNames)('%s is set by its flag or its variable, within its bounds', (limit) => {
    const { flag, variable, least, most } = limitTable[limit];
    expect(settings[limitSettings[limit]]).toMatchObject({ flag, variable });
    // Not the largest: that may be more than the memory there is.
    expect(run([`--${flag}=${least}`]).limits[limit]).toBe(least);
    expect(run([], { [variable]: String(most) }).limits[limit]).toBe(most);
    expect(refusal([`--${flag}=${least - 1}`]).message).toContain(`a whole number from ${least} to ${most}`);
    expect(refusal([`--${flag}=${most + 1}`]).message).toContain(`a whole number from ${least} to ${most}`);
  });

  it('that contradict each other are refused, all in one message', () => {
    const { message } = refusal(
      ['--max-random-bytes=100000', '--max-linear-memory-bytes=65536', '--max-http-header-lines=2000'],
      { WASMLATTICE_MAX_HTTP_HEADER_BYTES: '1024' },
    );
    expect(message.split('\n')).toEqual([
      '--max-random-bytes (WASMLATTICE_MAX_RANDOM_BYTES) is 100000, and --max-linear-memory-bytes (WASMCLOUD_MAX_LINEAR_MEMORY) is 65536: lower the first or raise the second',
      '--max-http-header-lines (WASMLATTICE_MAX_HTTP_HEADER_LINES) is 2000, and --max-http-header-bytes (WASMLATTICE_MAX_HTTP_HEADER_BYTES) is 1024: lower the first or raise the second',
    ]);
  });

  it('above the memory of the host are refused, defaults aside', () => {
    expect(
      refusal(['--max-linear-memory-bytes=200000000', '--max-resident-memory-bytes=150000000']).message,
    ).toContain('is 200000000, and the memory that this host may use is 150000000: lower it');
    expect(() => run(['--max-resident-memory-bytes=150000000'])).not.toThrow();
    const config = run(['--max-linear-memory-bytes=4000000000', '--max-component-size-bytes=1000000000']);
    expect(() => assertLimitsFit(config, { 'resident-memory': 500_000_000 })).toThrow(
      /4000000000, and .* 500000000: .*\n.* 1000000000, and .* 500000000/,
    );
    expect(() => assertLimitsFit(config, { 'resident-memory': 5_000_000_000 })).not.toThrow();
    expect(() => assertLimitsFit(run([]), { 'resident-memory': 1 })).not.toThrow();
  });
});

describe('registries', () => {
  it('are none in particular by default', () => {
    expect(run([]).registries).toEqual({
      allowLatest: false,
      insecure: [],
      login: undefined,
      mirrors: new Map(),
      authorityFiles: [],
      cacheBytes: 4 * 1024 ** 3,
    });
  });

  it('are read from flags and variables', () => {
    const argv = [
      '--allowed-insecure',
      'LOCALHOST:5000,other',
      '--tls-ca-path',
      '/etc/ca.pem',
      '--allow-latest',
    ];
    const env = {
      WASMCLOUD_OCI_REGISTRY: 'ghcr.io',
      WASMCLOUD_OCI_REGISTRY_USER: 'ann',
      WASMCLOUD_OCI_REGISTRY_PASSWORD: 's3',
      WASMLATTICE_OCI_MIRROR: 'docker.io=one,docker.io=two:5000,ghcr.io=one',
    };
    const { registries } = run(argv, env);
    expect(registries).toMatchObject({
      allowLatest: true,
      insecure: ['localhost:5000', 'other'],
      login: { registry: 'ghcr.io', username: 'ann', password: 's3' },
      authorityFiles: ['/etc/ca.pem'],
    });
    expect([...registries.mirrors]).toEqual([
      ['docker.io', ['one', 'two:5000']],
      ['ghcr.io', ['one']],
    ]);
  });

  it.each([
    [['--allowed-insecure', 'http://localhost:5000'], '--allowed-insecure'],
    [['--oci-mirror', 'docker.io'], '--oci-mirror'],
    [['--oci-user', 'ann'], '--oci-user (WASMCLOUD_OCI_REGISTRY_USER) needs --oci-registry'],
  ])('%j is refused', (argv, reason) => {
    expect(refusal(argv).message).toContain(reason);
  });
});

describe('settings that are not available yet', () => {
  const later = Object.values(settings).filter((setting) => setting.later === true);

  it.each([[['--flame-graph', '/tmp/flames']]])('%s is refused', (argv) => {
    expect(refusal(argv).message).toContain('is known but not available yet in wasmlattice');
  });

  it('are refused from a variable too', () => {
    expect(refusal([], { WASMCLOUD_FLAME_GRAPH: '/x' }).message).toMatch(
      /WASMCLOUD_FLAME_GRAPH .*is known but not available yet/,
    );
  });

  it('are accepted when they ask for the default', () => {
    const env = { WASMCLOUD_CONFIG_SERVICE: 'false' };
    expect(run([], env).lattice).toBe('default');
  });

  it('stay out of the help', () => {
    const help = parseHostConfig(['--help'], home);
    if (help.kind !== 'print') throw new Error('expected a text');
    for (const { flag } of later) expect(help.text).not.toContain(`--${flag} `);
  });
});

describe('observability', () => {
  it('is off, whatever other programs want of the OTEL variables', () => {
    const { observability } = run([], { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' });
    expect([observability.traces.enabled, observability.metrics.enabled, observability.logs.enabled]).toEqual(
      [false, false, false],
    );
  });

  it('is switched on as a whole or signal by signal', () => {
    const enabled = (argv: string[], env = {}) => {
      const { traces, metrics, logs } = run(argv, env).observability;
      return [traces.enabled, metrics.enabled, logs.enabled];
    };
    expect(enabled(['--enable-observability'])).toEqual([true, true, true]);
    expect(enabled([], { WASMCLOUD_OBSERVABILITY_ENABLED: 'true' })).toEqual([true, true, true]);
    expect(enabled(['--enable-traces', 'true'])).toEqual([true, false, false]);
    expect(enabled([], { WASMCLOUD_METRICS_ENABLED: 'true' })).toEqual([false, true, false]);
    expect(enabled(['--enable-logs', 'true'])).toEqual([false, false, true]);
    expect(refusal(['--enable-observability', '--enable-traces', 'false']).message).toContain(
      'exclude each other',
    );
  });

  it('takes endpoints and protocol', () => {
    const argv = ['--enable-traces', 'true', '--override-traces-endpoint', 'http://t:1/x'];
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://all:4318', WASMCLOUD_OBSERVABILITY_PROTOCOL: 'GRPC' };
    expect(run([...argv, '--trace-level', 'debug'], env).observability).toMatchObject({
      protocol: 'grpc',
      traceLevel: 'debug',
      endpoint: 'https://all:4318',
      traces: { endpoint: 'http://t:1/x' },
      metrics: { endpoint: undefined },
    });
  });

  it('speaks to collectors as the standard variables say, unless a flag does', () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf' };
    expect(run(['--enable-observability'], env).observability).toMatchObject({
      protocol: 'grpc',
      signalProtocols: { logs: 'http' },
    });
    expect(run(['--observability-protocol', 'http'], env).observability).toMatchObject({
      protocol: 'http',
      signalProtocols: {},
    });
    expect(run([]).observability).toMatchObject({ protocol: 'http', signalProtocols: {} });
  });

  it('says which standard variable has no effect, where something is exported', () => {
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
    expect(runWithWarnings(['--enable-traces', 'true'], env).warnings).toEqual([
      'OTEL_EXPORTER_OTLP_PROTOCOL is `http/json` and has no effect: expected `grpc` or `http/protobuf`',
    ]);
    expect(runWithWarnings([], env).warnings).toEqual([]);
  });

  it.each(['--override-observability-endpoint', '--override-metrics-endpoint'])(
    'refuses a %s that is no URL when it is used',
    (flag) => {
      expect(refusal(['--enable-metrics', 'true', flag, 'collector:4317']).message).toMatch(
        /is `collector:4317`: expected an http or https URL/,
      );
    },
  );
});

describe('bad values', () => {
  it.each([
    ['--lattice', 'a.b', 'letters, digits, `-` and `_`'],
    ['--lattice', '', 'letters, digits, `-` and `_`'],
    ['--lattice', 'a*', 'letters, digits, `-` and `_`'],
    ['--host-seed', 'SUAAA', 'beginning with `SN`'],
    ['--nats-host', 'nats://127.0.0.1:4222', 'without scheme and port'],
    ['--nats-host', 'host:4222', 'without scheme and port'],
    ['--nats-port', '0', 'a whole number from 1 to 65535'],
    ['--nats-port', '65536', 'a whole number from 1 to 65535'],
    ['--nats-port', '42x', 'a whole number from 1 to 65535'],
    ['--ctl-port', '-1', 'a whole number from 1 to 65535'],
    ['--rpc-port', '1e3', 'a whole number from 1 to 65535'],
    ['--nats-jwt', 'secret-token', 'a JWT'],
    ['--nats-seed', 'SNAAAA', 'beginning with `SU`'],
    ['--ctl-topic-prefix', 'a..b', 'a NATS subject without wildcards'],
    ['--ctl-topic-prefix', 'a.*', 'a NATS subject without wildcards'],
    ['--rpc-timeout-ms', '0', 'a whole number from 1 to 2147483647'],
    ['--heartbeat-interval-seconds', '0.5', 'a whole number from 1 to'],
    ['--provider-shutdown-delay-ms', '300ms', 'a whole number from 0 to'],
    ['--shutdown-timeout-ms', '99999999999', 'a whole number from 1 to'],
    ['--embedded-nats', 'maybe', 'one of `auto`, `off`, `require`'],
    ['--embedded-nats-port', '70000', 'a whole number from 0 to 65535'],
    ['--engine', 'wasmtime', 'one of `direct`, `jco`'],
    ['--max-execution-time-ms', 'x', 'a whole number from 1 to'],
    ['--max-linear-memory-bytes', '256MiB', 'a whole number from 65536 to 4294967296'],
    ['--max-component-size-bytes', '0', 'a whole number from 1024 to 1073741824'],
    ['--serving-threads', '257', 'a whole number from 1 to 256'],
    ['--max-suspended-stacks', '16001', 'a whole number from 1 to 16000'],
    ['--max-linear-memories', '0', 'a whole number from 1 to 12000'],
    ['--max-mapped-areas', '999', 'a whole number, 1000 or more'],
    ['--max-resident-memory-bytes', '1000', 'a whole number, 134217728 or more'],
    ['--max-components', '0', 'a whole number, 1 or more'],
    ['--max-core-instances-per-component', 'x', 'a whole number from 1 to 10000'],
    ['--log-level', 'loud', 'one of `error`, `warn`, `info`, `debug`, `trace`'],
    ['--builtin-http-server', 'on', '`true` or `false`'],
    ['--data-dir', '', 'a path'],
    ['--js-domain', ' ', 'text that is not empty'],
  ])('%s `%s` is refused', (flag, text, allowed) => {
    const error = refusal([`${flag}=${text}`]);
    expect(error.message).toContain(allowed);
    expect(error.message).toContain(flag);
    expect(error).toMatchObject({ name: 'ConfigError', flag });
    expect(error.variable).toBeDefined();
    expect(error.message).toContain(error.variable);
  });

  it('are all told at once, a line for each', () => {
    const { message } = refusal(['--serving-threads=0', '--max-suspended-stacks=16001', '--nats-port=x']);
    expect(message.split('\n')).toEqual([
      expect.stringContaining('--nats-port'),
      expect.stringContaining('--serving-threads (also WASMLATTICE_SERVING_THREADS) is `0`'),
      expect.stringContaining('--max-suspended-stacks'),
    ]);
  });

  it('do not show secrets', () => {
    expect(refusal(['--nats-jwt', 'secret-token']).message).not.toContain('secret-token');
  });

  it('of unknown flags suggest the known one', () => {
    expect(refusal(['--latice', 'x']).message).toMatch(/unknown option '--latice'.*--lattice.*--help/);
  });
});

describe('--help and --version', () => {
  it('print and do not run', () => {
    const help = parseHostConfig(['--help'], home);
    expect(help).toMatchObject({ kind: 'print' });
    expect(help.kind === 'print' && help.text).toContain('Embedded NATS server:');
    expect(parseHostConfig(['--version'], home)).toEqual({ kind: 'print', text: `${hostVersion}\n` });
  });

  it('win over mistakes elsewhere in the environment', () => {
    expect(parseHostConfig(['-h'], { ...home, WASMCLOUD_NATS_PORT: 'x' }).kind).toBe('print');
  });
});

describe('the audit', () => {
  it('goes to the log and as events, as the list says, or nowhere', () => {
    expect(run(['--audit', 'log,events', '--audit-scope', 'changes']).audit).toEqual({
      destinations: ['log', 'events'],
      scope: 'changes',
    });
    expect(run([], { WASMLATTICE_AUDIT: 'off' }).audit.destinations).toEqual([]);
  });

  it('can not be off and somewhere at once', () => {
    expect(refusal(['--audit', 'off,log']).message).toBe(
      '--audit (WASMLATTICE_AUDIT) is off and log at once: give one of them',
    );
  });
});

it('the HTTP admin endpoint and the configuration service are asked for', () => {
  expect(run([])).toMatchObject({ httpAdmin: undefined, asksConfigService: false });
  expect(run(['--http-admin', '127.0.0.1:8080', '--config-service-enabled'])).toMatchObject({
    httpAdmin: '127.0.0.1:8080',
    asksConfigService: true,
  });
  expect(refusal(['--http-admin', 'localhost:8080']).message).toContain('an IP address and a port');
});

describe('the policy', () => {
  it('is a service, a file, or both; nobody is asked by default', () => {
    const none = { topic: undefined, changesTopic: undefined, file: undefined, asksLinks: false };
    expect(run([]).policy).toEqual({ ...none, timeoutMs: 1_000, whenSilent: 'deny' });
    const argv = [
      '--policy-topic',
      'acme.policy',
      '--policy-changes-topic',
      'acme.changes',
      '--policy-default',
      'allow',
    ];
    expect(run([...argv, '--policy-file', '/etc/rules.json', '--policy-links']).policy).toEqual({
      topic: 'acme.policy',
      changesTopic: 'acme.changes',
      timeoutMs: 1_000,
      whenSilent: 'allow',
      file: '/etc/rules.json',
      asksLinks: true,
    });
  });

  it('has no settings of a service without its topic', () => {
    for (const argv of [
      ['--policy-default', 'allow'],
      ['--policy-changes-topic', 'x'],
      ['--policy-timeout-ms', '9'],
    ]) {
      expect(refusal(argv).message).toContain('--policy-topic');
    }
  });
});
