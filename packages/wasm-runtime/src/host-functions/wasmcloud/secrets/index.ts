import { exactly, type GuestSecret, type HostInterface } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { ResultError } from '../../wasi/io/index.js';

const versions = exactly('0.1.0-draft');

/** Values of the resource `secret`, apart from it: whoever prints the resource prints nothing. */
const values = new WeakMap<SecretHandle, GuestSecret>();

/** Resource `wasmcloud:secrets/store.secret`: stands for a value, and shows it by `reveal` alone. */
class SecretHandle {}

/** Gives what the component's references resolved to when it started, or since, and nothing else. */
const store: HostInterface = {
  ...declared('wasmcloud:secrets/store@0.1.0-draft'),
  ...versions,
  suspending: [],
  bind: ({ secrets }) => ({
    Secret: SecretHandle,
    get(key: string): SecretHandle {
      const value = secrets?.().get(key);
      if (value === undefined) throw new ResultError({ tag: 'not-found' });
      const handle = new SecretHandle();
      values.set(handle, value);
      return handle;
    },
  }),
};

/** A handle keeps the value that it was given for: one that a guest gets after a change has the new one. */
const reveal: HostInterface = {
  ...declared('wasmcloud:secrets/reveal@0.1.0-draft'),
  ...versions,
  suspending: [],
  bind: () => ({
    reveal(handle: SecretHandle): { readonly tag: string; readonly val: unknown } {
      const secret = values.get(handle);
      if (secret === undefined) throw new TypeError('no secret belongs to this handle');
      return { tag: secret.kind, val: secret.value };
    },
  }),
};

/** `wasmcloud:secrets`: the secrets that a component may have, each by the name of its reference. */
export const secretsInterfaces: readonly HostInterface[] = [store, reveal];
