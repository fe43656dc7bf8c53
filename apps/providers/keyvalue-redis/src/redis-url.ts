/** What a URL says of a Redis server, or several of one cluster. */
export interface RedisAddress {
  readonly nodes: readonly RedisNode[];
  readonly isTls: boolean;
  readonly database: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** A host and its port, or the path of a socket. */
export type RedisNode =
  | { readonly host: string; readonly port: number; readonly path?: undefined }
  | { readonly path: string };

/** A text that is no URL of Redis; the message says what to write, and nothing of what was written: it may hold a password. */
export class RedisUrlError extends Error {
  override readonly name = 'RedisUrlError';
}

const defaultPort = 6379;

const forms =
  'write redis://user:password@host:6379/0, rediss:// for TLS, or unix:///path/of/socket; the nodes of a cluster with commas between';

/**
 * Reads one URL, or those of several nodes of a cluster, with commas between: what is no host stands in the first one. Forms are those
 * of upstream's client (`redis`, `rediss`, `redis+unix`, `unix`).
 *
 * @throws RedisUrlError
 */
export function parseRedisUrls(text: string): RedisAddress {
  const [first = '', ...others] = text.split(',').map((part) => part.trim());
  const scheme = /^[a-z+]+:/i.exec(first)?.[0] ?? '';
  const urls = [first, ...others].map((part) => parse(part.includes('://') ? part : `${scheme}//${part}`));
  const [url, ...rest] = urls;
  if (url === undefined) throw new RedisUrlError(forms);
  if (rest.some(({ protocol }) => protocol !== url.protocol)) {
    throw new RedisUrlError(`the URLs of one cluster have one scheme: ${forms}`);
  }
  switch (url.protocol) {
    case 'redis:':
    case 'rediss:':
      return overTcp(url, rest);
    case 'unix:':
    case 'redis+unix:':
      return overSocket(url);
    default:
      throw new RedisUrlError(forms);
  }
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new RedisUrlError(forms);
  }
}

function overTcp(url: URL, others: readonly URL[]): RedisAddress {
  if (url.hash !== '') {
    throw new RedisUrlError(
      'certificates are always checked: give the authority in TLS_CA instead of #insecure',
    );
  }
  if (others.some(({ username, password, pathname }) => username + password + pathname.slice(1) !== '')) {
    throw new RedisUrlError(`user and password of a cluster stand in its first URL: ${forms}`);
  }
  return {
    nodes: [url, ...others].map(({ hostname, port }) => {
      if (hostname === '') throw new RedisUrlError(forms);
      return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? defaultPort : Number(port) };
    }),
    isTls: url.protocol === 'rediss:',
    database: databaseOf(url.pathname.slice(1)),
    username: decoded(url.username),
    password: decoded(url.password),
  };
}

function overSocket({ pathname, searchParams }: URL): RedisAddress {
  if (pathname.length < 2) throw new RedisUrlError(forms);
  return {
    nodes: [{ path: decodeURIComponent(pathname) }],
    isTls: false,
    database: databaseOf(searchParams.get('db') ?? ''),
    username: searchParams.get('user') ?? undefined,
    password: searchParams.get('pass') ?? undefined,
  };
}

function databaseOf(text: string): number {
  if (text === '') return 0;
  if (!/^\d{1,9}$/.test(text)) throw new RedisUrlError(`a database is a number: ${forms}`);
  return Number(text);
}

function decoded(part: string): string | undefined {
  if (part === '') return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RedisUrlError(`a "%" in a user or password is written %25: ${forms}`);
  }
}

/** For messages and logs: where the server is, without who logs in. */
export function describeNodes({ nodes }: Pick<RedisAddress, 'nodes'>): string {
  return nodes.map((node) => (node.path === undefined ? `${node.host}:${node.port}` : node.path)).join(', ');
}
