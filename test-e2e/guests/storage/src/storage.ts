import {
  containerExists,
  copyObject,
  createContainer,
  deleteContainer,
  getContainer,
  moveObject,
} from 'wasi:blobstore/blobstore@0.2.0-draft';
import { IncomingValue, OutgoingValue } from 'wasi:blobstore/types@0.2.0-draft';
import { subscribeDuration } from 'wasi:clocks/monotonic-clock@0.2.10';
import { CallTargetInterface, setLinkName } from 'wasmcloud:bus/lattice@2.0.0';
import { checksum, payloadOf, readAll, writeFiller, writeText } from './streams.ts';

type Params = (name: string) => string;

const everything = 2n ** 64n - 1n;

/** One behaviour per path; `?c=` is a container, `?o=` an object. */
const routes: Readonly<Record<string, (param: Params) => unknown>> = {
  '/create': (param) => createContainer(param('c')).name(),
  '/exists': (param) => containerExists(param('c')),
  '/delete-container': (param) => deleteContainer(param('c')),
  '/container-info': (param) => {
    const { name, createdAt } = getContainer(param('c')).info();
    return [name, Number(createdAt)];
  },
  '/clear': (param) => getContainer(param('c')).clear(),
  '/list': (param) => list(param('c')),
  '/put': (param) => put(param('c'), param('o'), (value) => writeText(value, param('text'))),
  '/fill': (param) => put(param('c'), param('o'), (value) => writeFiller(value, Number(param('bytes')))),
  '/get': (param) => new TextDecoder().decode(get(param('c'), param('o'))),
  '/checksum': (param) => {
    const value = getContainer(param('c')).getData(param('o'), 0n, everything);
    const size = Number(value.size());
    return [size, ...checksum(IncomingValue.incomingValueConsumeAsync(value))];
  },
  '/range': (param) => {
    const value = getContainer(param('c')).getData(param('o'), BigInt(param('start')), BigInt(param('end')));
    return new TextDecoder().decode(readAll(IncomingValue.incomingValueConsumeAsync(value)));
  },
  '/object-info': (param) => {
    const { name, container, size } = getContainer(param('c')).objectInfo(param('o'));
    return [container, name, Number(size)];
  },
  '/has': (param) => getContainer(param('c')).hasObject(param('o')),
  '/delete': (param) => getContainer(param('c')).deleteObject(param('o')),
  '/copy': (param) => copyObject(idOf(param('from')), idOf(param('to'))),
  '/move': (param) => moveObject(idOf(param('from')), idOf(param('to'))),
  '/choose': choose,
};

/** `box/a` → container and object. */
function idOf(text: string): { container: string; object: string } {
  const [container = '', ...rest] = text.split('/');
  return { container, object: rest.join('/') };
}

function list(name: string): string[] {
  const stream = getContainer(name).listObjects();
  const names: string[] = [];
  for (;;) {
    const [some, atEnd] = stream.readStreamObjectNames(2n);
    names.push(...some);
    if (atEnd) return names.sort();
  }
}

function put(container: string, object: string, write: (value: OutgoingValue) => void): void {
  const value = OutgoingValue.newOutgoingValue();
  getContainer(container).writeData(object, value);
  write(value);
  OutgoingValue.finish(value);
}

function get(container: string, object: string): Uint8Array {
  return IncomingValue.incomingValueConsumeSync(getContainer(container).getData(object, 0n, everything));
}

/**
 * `?links=a,b`: what `where/name` holds through each of these links in turn, in one invocation. Before each it waits for
 * `?ms=` so that others run meanwhile.
 */
function choose(param: Params): string[] {
  return param('links')
    .split(',')
    .map((link) => {
      if (link !== '') setLinkName(link, [new CallTargetInterface('wasi', 'blobstore', 'blobstore')]);
      const pollable = subscribeDuration(BigInt(param('ms') || 0) * 1_000_000n);
      pollable.block();
      pollable[Symbol.dispose]();
      return new TextDecoder().decode(get('where', 'name'));
    });
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } });
}

addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  try {
    const result = routes[url.pathname]?.((name) => url.searchParams.get(name) ?? '');
    event.respondWith(json({ ok: result ?? null }));
  } catch (error) {
    const payload = payloadOf(error);
    if (payload === undefined) throw error;
    event.respondWith(json({ err: payload }));
  }
});
