import { isIP } from 'node:net';
import { isAllowEntry } from '@wasmlattice/http-client';
import { publicKeyKind } from '@wasmlattice/identity';
import { isBuiltinLabel } from '../identity/builtin-labels.js';

/** How the text of a flag or variable becomes a value. */
export interface ValueKind<T> {
  /** Stands for the value in help: `--nats-port <port>`. */
  readonly placeholder: string;
  /** What is allowed, as the end of a sentence: `expected a whole number from 1 to 65535`. */
  readonly allowed: string;
  /** The value, or `undefined` when the text is not allowed. */
  parse(text: string): T | undefined;
}

/** Whole number within bounds, both included. */
export function wholeNumber(placeholder: string, min: number, max: number): ValueKind<number> {
  const upper = max === Number.MAX_SAFE_INTEGER ? ' or more' : ` to ${max}`;
  return {
    placeholder,
    allowed: upper === ' or more' ? `a whole number, ${min} or more` : `a whole number from ${min}${upper}`,
    parse(text) {
      if (!/^\d{1,16}$/.test(text)) return undefined;
      const value = Number(text);
      return value >= min && value <= max ? value : undefined;
    },
  };
}

/** One of a few words, in any case. */
export function oneOf<T extends string>(placeholder: string, ...words: readonly T[]): ValueKind<T> {
  return {
    placeholder,
    allowed: `one of ${words.map((word) => `\`${word}\``).join(', ')}`,
    parse: (text) => words.find((word) => word === text.toLowerCase()),
  };
}

/** Text of a given form. */
export function textMatching(placeholder: string, allowed: string, form: RegExp): ValueKind<string> {
  return { placeholder, allowed, parse: (text) => (form.test(text) ? text : undefined) };
}

/** `true` or `false`; `1` and `0` for those who write variables by hand. */
export const trueOrFalse: ValueKind<boolean> = {
  placeholder: 'true|false',
  allowed: '`true` or `false`',
  parse(text) {
    const word = text.toLowerCase();
    if (word === 'true' || word === '1') return true;
    if (word === 'false' || word === '0') return false;
    return undefined;
  },
};

export const anyText = (placeholder: string): ValueKind<string> =>
  textMatching(placeholder, 'text that is not empty', /\S/);

export const path = (placeholder: string): ValueKind<string> =>
  textMatching(placeholder, 'a path', /^[^\0]+$/);

export const port: ValueKind<number> = wholeNumber('port', 1, 65_535);

/** A port to listen on: 0 lets the system choose a free one. */
export const listeningPort: ValueKind<number> = wholeNumber('port', 0, 65_535);

// Longer waits overflow Node's timers, which then fire at once.
const longestTimerMs = 2 ** 31 - 1;

export const milliseconds: ValueKind<number> = wholeNumber('ms', 0, longestTimerMs);

export const positiveMilliseconds: ValueKind<number> = wholeNumber('ms', 1, longestTimerMs);

export const seconds: ValueKind<number> = wholeNumber('seconds', 1, Math.floor(longestTimerMs / 1000));

/** 0 stands for never. */
export const secondsOrNever: ValueKind<number> = wholeNumber('seconds', 0, Math.floor(longestTimerMs / 1000));

export const positiveCount: ValueKind<number> = wholeNumber('n', 1, Number.MAX_SAFE_INTEGER);

export const bytes: ValueKind<number> = wholeNumber('bytes', 1, Number.MAX_SAFE_INTEGER);

/** Where HTTP requests may go; `none` alone is nowhere. */
export const allowEntry: ValueKind<string> = {
  placeholder: 'host',
  allowed:
    '`*`, `none`, a host name such as `api.example.org` or `*.example.org`, an address or a network such as `10.0.0.0/8`, each with or without `:port`',
  parse: (text) => (isAllowEntry(text) ? text.trim() : undefined),
};

/** A host name or an address, without a scheme and without a port. */
export const hostName: ValueKind<string> = {
  placeholder: 'host',
  allowed: 'a host name or an IP address without scheme and port, e.g. `nats.example.org`',
  parse(text) {
    const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
    if (isIP(bare) !== 0) return bare;
    return /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(text) ? text : undefined;
  },
};

/** `host:port` with both parts, as a listener takes it. */
export const socketAddress: ValueKind<string> = {
  placeholder: 'ip:port',
  allowed: 'an IP address and a port, e.g. `127.0.0.1:8080` or `[::1]:8080`',
  parse(text) {
    const match = /^(.+):(\d{1,5})$/.exec(text);
    if (match === null) return undefined;
    const [, host = '', digits = ''] = match;
    const address = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
    return isIP(address) !== 0 && Number(digits) <= 65_535 ? text : undefined;
  },
};

/**
 * The lattice name is one token of every subject and part of the names of two JetStream buckets
 * (`LATTICEDATA_{lattice}`), which narrows it to the characters both allow.
 */
export const latticeName: ValueKind<string> = textMatching(
  'name',
  'letters, digits, `-` and `_` (it is one token of every NATS subject and part of bucket names)',
  /^[A-Za-z0-9_-]+$/,
);

/** Tokens joined by dots, without wildcards. */
export const subject: ValueKind<string> = textMatching(
  'subject',
  'a NATS subject without wildcards: letters, digits, `-` and `_`, in parts joined by dots',
  /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
);

/** Subjects, where the last token may stand for all that follow. */
export const subjectPattern: ValueKind<string> = textMatching(
  'subject',
  'a NATS subject, with `*` for one token or `>` for all at its end, e.g. `orders.>`',
  /^[A-Za-z0-9_-]+(\.([A-Za-z0-9_-]+|\*))*(\.>)?$/,
);

export const hostSeed: ValueKind<string> = textMatching(
  'seed',
  'the seed of a server key: 58 characters beginning with `SN`',
  /^SN[A-Z2-7]{56}$/,
);

export const accountKey: ValueKind<string> = {
  placeholder: 'key',
  allowed: 'the public key of an account: 56 characters beginning with `A`',
  parse: (text) => (publicKeyKind(text) === 'account' ? text : undefined),
};

export const userSeed: ValueKind<string> = textMatching(
  'seed',
  'the seed of a user key: 58 characters beginning with `SU`',
  /^SU[A-Z2-7]{56}$/,
);

export const jwt: ValueKind<string> = textMatching(
  'jwt',
  'a JWT: three parts of Base64 joined by dots',
  /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/,
);

export const httpUrl: ValueKind<string> = {
  placeholder: 'url',
  allowed: 'an http or https URL',
  parse(text) {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) ? text : undefined;
  },
};

/** A registry as references name it, without a scheme. */
export const registry: ValueKind<string> = {
  placeholder: 'registry',
  allowed: 'host and port of a registry without a scheme, e.g. `ghcr.io` or `localhost:5000`',
  parse: (text) =>
    /^([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$/.test(text) ? text.toLowerCase() : undefined,
};

/** `registry=mirror`. */
export const registryMirror: ValueKind<readonly [registry: string, mirror: string]> = {
  placeholder: 'registry=mirror',
  allowed: 'two registries without schemes, e.g. `docker.io=mirror.example.org`',
  parse(text) {
    const [first = '', second = '', ...more] = text.split('=');
    const [of, mirror] = [registry.parse(first), registry.parse(second)];
    return of === undefined || mirror === undefined || more.length > 0 ? undefined : [of, mirror];
  },
};

/** A label: `key=value`, exactly one `=`; the host alone says what its machine is. */
export const label: ValueKind<readonly [key: string, value: string]> = {
  placeholder: 'key=value',
  allowed: '`key=value` with exactly one `=`, and no key of the host itself, `hostcore.*`',
  parse(text) {
    const [key, value, ...more] = text.split('=');
    if (key === undefined || key === '' || value === undefined || more.length > 0 || isBuiltinLabel(key)) {
      return undefined;
    }
    return [key, value];
  },
};
