import { describe, expect, it } from 'vitest';
import { testContext } from '../../../testing/context.js';
import type { HostInterface } from '../../host-interface.js';
import { IoError } from '../../wasi/io/index.js';
import { CallTargetInterface } from './call-target-interface.js';
import { BusError, RpcErrorResource } from './errors.js';
import { busInterfaces } from './index.js';

const keyvalue = new CallTargetInterface('wasi', 'keyvalue', 'store');
const blobstore = new CallTargetInterface('wasi', 'blobstore', 'blobstore');

function served(name: string, version: string): HostInterface | undefined {
  return busInterfaces.find((candidate) => candidate.name === name && candidate.accepts(version));
}

/** Binds `set-link-name` of a version to links of which only `known` names exist. */
function bind(version: string, known: readonly string[]) {
  const asked: unknown[] = [];
  const links = {
    invoke: () => Promise.reject(new Error('not called')),
    setLinkName(name: string, linkKeys: readonly string[]) {
      asked.push([name, linkKeys]);
      return known.includes(name) ? undefined : linkKeys[0];
    },
  };
  const bound = served('wasmcloud:bus/lattice', version)?.bind(testContext({ links })) as {
    setLinkName(name: string, interfaces: CallTargetInterface[]): unknown;
  };
  return { asked, setLinkName: bound.setLinkName };
}

describe('set-link-name', () => {
  it.each(['1.0.0', '2.0.0', '2.0.1'])('chooses links by interface in %s', (version) => {
    const { asked, setLinkName } = bind(version, ['cache']);
    expect(setLinkName('cache', [keyvalue, blobstore])).toBeUndefined();
    expect(asked).toEqual([['cache', ['wasi:keyvalue/store', 'wasi:blobstore/blobstore']]]);
  });

  it('tells a guest of 2.0 which interface has no such link, in the words of wasmCloud', () => {
    const { setLinkName } = bind('2.0.1', []);
    expect(() => setLinkName('cache', [keyvalue])).toThrow(
      expect.objectContaining({
        payload: 'interface `wasi:keyvalue/store` does not have an existing link with name `cache`',
      }),
    );
  });

  it('ignores a name without link for guests of 1.0.0, which has no result', () => {
    expect(bind('1.0.0', []).setLinkName('cache', [keyvalue])).toBeUndefined();
  });
});

describe('errors', () => {
  const failure = Object.assign(new Error('store.get on kv: nobody listens'), { name: 'RpcError' });

  it('tell failed calls from other I/O errors', () => {
    const broken = new IoError(failure);
    expect(BusError.fromIoError(broken).toDebugString()).toBe('store.get on kv: nobody listens');
    expect(BusError.fromRpcError(RpcErrorResource.fromIoError(broken)).toDebugString()).toBe(
      'store.get on kv: nobody listens',
    );
    const other = new IoError(new Error('disk full'));
    expect(() => BusError.fromIoError(other)).toThrow(expect.objectContaining({ payload: other }));
  });

  it('are there since 2.0.1', () => {
    expect(served('wasmcloud:bus/error', '2.0.0')).toBeUndefined();
    expect(served('wasmcloud:bus/error', '2.0.1')).toBeDefined();
  });
});
