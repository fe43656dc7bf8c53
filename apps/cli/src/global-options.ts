import type { NatsCredentialsSource } from '@wasmlattice/lattice-connection';
import type { Command } from 'commander';
import { Option } from 'commander';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { exitCodes } from './exit-codes.js';
import { addFreeOption, alsoSpelled, alsoTakes } from './option-forms.js';

/** How results are written: for people, or as JSON for programs. */
export type OutputFormat = 'text' | 'json';

/** What every command that talks to a lattice takes. */
export interface GlobalOptions {
  readonly lattice: string;
  readonly natsUrl: string;
  readonly tls: boolean;
  readonly login: NatsCredentialsSource | undefined;
  readonly tlsCaFile: string | undefined;
  readonly inboxPrefix: string | undefined;
  readonly ctlTopicPrefix: string | undefined;
  /** Of the lattice data. */
  readonly jsDomain: string | undefined;
  /** How long to wait for an answer. */
  readonly timeoutMs: number;
  /** How long to gather the hosts of the lattice: always the whole time, as nobody knows how many there are. */
  readonly gatherMs: number;
  readonly output: OutputFormat;
}

interface OptionDefinition {
  readonly flags: string;
  readonly variable?: string;
  readonly help: string;
  readonly choices?: readonly string[];
  /** Further names, those of `wash`. */
  readonly also?: readonly string[];
}

/** Variables are those of the host, so that one environment serves both. */
const definitions = {
  lattice: {
    flags: '-x, --lattice <name>',
    variable: 'WASMCLOUD_LATTICE',
    help: 'lattice to talk to (default: default)',
  },
  natsUrl: {
    flags: '--nats-url <url>',
    variable: 'WASMLATTICE_NATS_URL',
    help: 'NATS server (default: nats://127.0.0.1:4222)',
  },
  ctlHost: {
    flags: '-r, --ctl-host <host>',
    also: ['--rpc-host <host>'],
    variable: 'WASMCLOUD_CTL_HOST',
    help: 'instead of --nats-url: its host',
  },
  ctlPort: {
    flags: '-p, --ctl-port <port>',
    also: ['--rpc-port <port>'],
    variable: 'WASMCLOUD_CTL_PORT',
    help: 'instead of --nats-url: its port',
  },
  ctlJwt: {
    flags: '--ctl-jwt <jwt>',
    also: ['--rpc-jwt <jwt>'],
    variable: 'WASMCLOUD_CTL_JWT',
    help: 'user JWT; needs --ctl-seed',
  },
  ctlSeed: {
    flags: '--ctl-seed <seed>',
    also: ['--rpc-seed <seed>'],
    variable: 'WASMCLOUD_CTL_SEED',
    help: 'user seed, with --ctl-jwt or alone',
  },
  ctlCreds: {
    flags: '--ctl-creds <file>',
    also: ['--ctl-credsfile <file>', '--rpc-credsfile <file>'],
    variable: 'WASMCLOUD_CTL_CREDS',
    help: 'credentials file',
  },
  ctlTls: { flags: '--ctl-tls', variable: 'WASMCLOUD_CTL_TLS', help: 'require TLS' },
  ctlTlsCaFile: {
    flags: '--ctl-tls-ca-file <file>',
    also: ['--rpc-ca-file <file>'],
    variable: 'WASMLATTICE_CTL_TLS_CA_FILE',
    help: 'PEM file of certificate authorities to trust; requires TLS',
  },
  ctlInboxPrefix: {
    flags: '--ctl-inbox-prefix <prefix>',
    variable: 'WASMLATTICE_CTL_INBOX_PREFIX',
    help: 'first part of inboxes (default: _INBOX)',
  },
  ctlTopicPrefix: {
    flags: '--ctl-topic-prefix <prefix>',
    variable: 'WASMCLOUD_CTL_TOPIC_PREFIX',
    help: 'first part of control subjects (default: wasmbus.ctl)',
  },
  jsDomain: {
    flags: '--js-domain <domain>',
    variable: 'WASMCLOUD_JS_DOMAIN',
    help: 'JetStream domain of the lattice data',
  },
  timeoutMs: {
    flags: '-t, --timeout-ms <ms>',
    also: ['--rpc-timeout-ms <ms>'],
    help: 'how long to wait for an answer (default: 2000), and to gather hosts (default: 750)',
  },
  output: { flags: '-o, --output <format>', help: 'text or json (default: text)', choices: ['text', 'json'] },
} satisfies Record<string, OptionDefinition>;

type OptionName = keyof typeof definitions;

/** Long enough for hosts on another continent, short enough for an impatient person. */
export const defaultGatherMs = 750;

/** Adds the options to a command. They are understood before and after its name. */
export function addGlobalOptions(command: Command): Command {
  for (const [name, definition] of Object.entries<OptionDefinition>(definitions)) {
    const { also = [], choices, flags, help, variable } = definition;
    const option = new Option(flags, variable === undefined ? help : `${help} [${variable}]`);
    option.helpGroup('Lattice options:');
    if (choices !== undefined) option.choices(choices);
    addFreeOption(command, option);
    for (const each of also) alsoSpelled(command, each, name);
  }
  return alsoTakes(command, '--experimental');
}

/**
 * Reads the options of a command and of those above it: the innermost wins, then the environment, then defaults.
 *
 * @throws {@link CliError} with the exit code for wrong usage
 */
export function readGlobalOptions(command: Command, io: CliIo): GlobalOptions {
  const given = givenOptions(command);
  const read = (name: OptionName): string | undefined => {
    const { variable }: OptionDefinition = definitions[name];
    const text = given.get(name) ?? (variable === undefined ? undefined : io.env[variable]);
    return text === '' ? undefined : text;
  };
  const timeout = read('timeoutMs');
  const timeoutMs = readWholeNumber(timeout ?? '2000', '--timeout-ms', 1, 2 ** 31 - 1);
  return {
    lattice: read('lattice') ?? 'default',
    natsUrl: readUrl(given, read),
    tls: readSwitch(read('ctlTls')),
    tlsCaFile: read('ctlTlsCaFile'),
    inboxPrefix: read('ctlInboxPrefix'),
    login: readLogin(read),
    ctlTopicPrefix: read('ctlTopicPrefix'),
    jsDomain: read('jsDomain'),
    timeoutMs,
    gatherMs: timeout === undefined ? defaultGatherMs : timeoutMs,
    output: read('output') === 'json' ? 'json' : 'text',
  };
}

/**
 * The options given on the command line, as flags of the host's program. The variable of the NATS server says where commands go: a host may
 * be about to start that very server.
 *
 * @throws {@link CliError} for a URL that the host has no flags for
 */
export function hostFlags(command: Command): string[] {
  const given = givenOptions(command);
  const url = given.get('natsUrl');
  return [
    ...(url === undefined ? [] : serverFlags(url)),
    ...(
      [
        'lattice',
        'ctlHost',
        'ctlPort',
        'ctlJwt',
        'ctlSeed',
        'ctlCreds',
        'ctlTls',
        'ctlTlsCaFile',
        'ctlInboxPrefix',
        'ctlTopicPrefix',
        'jsDomain',
      ] as const
    ).flatMap((name) => {
      const text = given.get(name);
      const flag = /--[a-z-]+/.exec(definitions[name].flags)?.[0] ?? '';
      if (text === undefined) return [];
      return name === 'ctlTls' ? [flag] : [flag, text];
    }),
  ];
}

/** How a connection reaches the lattice data. */
export function jetstreamOptions({ jsDomain }: GlobalOptions): { readonly domain?: string } {
  return jsDomain === undefined ? {} : { domain: jsDomain };
}

/** The host has one server for both of its connections, unless flags of either say otherwise. */
function serverFlags(text: string): string[] {
  const url = URL.parse(text.includes('://') ? text : `nats://${text}`);
  const isPlain = url !== null && url.username === '' && url.password === '' && /^\/?$/.test(url.pathname);
  if (!isPlain || !/^(nats|tls):$/.test(url.protocol) || url.hostname === '') {
    throw usageError(
      `the NATS URL is \`${withoutLogin(text)}\``,
      'for `up` write it as nats://host:port or tls://host:port',
    );
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const tls = url.protocol === 'tls:' ? ['--ctl-tls', '--rpc-tls'] : [];
  return ['--nats-host', host, '--nats-port', url.port === '' ? '4222' : url.port, ...tls];
}

/** Messages end up in logs. */
function withoutLogin(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@');
}

/** Whole number of a flag. */
export function readWholeNumber(text: string, flag: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return value;
  throw usageError(`${flag} is \`${text}\``, `give a whole number from ${min} to ${max}`);
}

/** A mistake in how the program was called. */
export function usageError(message: string, check: string): CliError {
  return new CliError(message, check, { exitCode: exitCodes.usage });
}

function givenOptions(command: Command): ReadonlyMap<OptionName, string> {
  const given = new Map<OptionName, string>();
  for (let at: Command | null = command; at !== null; at = at.parent) {
    for (const name of Object.keys(definitions) as OptionName[]) {
      const value: unknown = at.getOptionValue(name);
      if (value !== undefined && !given.has(name)) given.set(name, String(value));
    }
  }
  return given;
}

function readUrl(
  given: ReadonlyMap<OptionName, string>,
  read: (name: OptionName) => string | undefined,
): string {
  const parts = given.has('ctlHost') || given.has('ctlPort');
  if (given.has('natsUrl') && parts) {
    throw usageError('--nats-url and --ctl-host or --ctl-port exclude each other', 'leave one out');
  }
  // A flag of either kind wins over the variables of the other.
  const url = parts ? undefined : read('natsUrl');
  if (url !== undefined) {
    if (/^(nats|tls):\/\/[^/]+$/.test(url) || /^[^/]+$/.test(url)) return url;
    throw usageError(`the NATS URL is \`${url}\``, 'write it as nats://host:port');
  }
  const host = read('ctlHost') ?? '127.0.0.1';
  const port = readWholeNumber(read('ctlPort') ?? '4222', '--ctl-port', 1, 65_535);
  return `nats://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

function readLogin(read: (name: OptionName) => string | undefined): NatsCredentialsSource | undefined {
  const [jwt, seed, path] = [read('ctlJwt'), read('ctlSeed'), read('ctlCreds')];
  if (jwt !== undefined && seed === undefined) {
    throw usageError('--ctl-jwt needs --ctl-seed', 'give both or neither');
  }
  if (path !== undefined && seed !== undefined) {
    throw usageError('--ctl-creds and --ctl-seed exclude each other', 'leave one out');
  }
  if (seed !== undefined) return jwt === undefined ? { kind: 'nkey', seed } : { kind: 'jwt', jwt, seed };
  return path === undefined ? undefined : { kind: 'file', path };
}

function readSwitch(text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw usageError(`WASMCLOUD_CTL_TLS is \`${text}\``, 'set it to `true` or `false`');
}
