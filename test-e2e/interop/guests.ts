import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildChainGuest, buildGuestText } from '@wasmlattice/handle-guests';
import { http02Wit } from '@wasmlattice/test-support';

/** Files of components that both kinds of hosts compile in no time. */
export interface InteropGuests {
  /** Answers HTTP requests with {@link greeting}. */
  readonly hello: string;
  /** Answers with {@link secondGreeting}. */
  readonly helloAgain: string;
  /** Answers with a digit: how many visits the key `hits` of its bucket counts, modulo 10. */
  readonly counter: string;
  /** Passes a call on to what it is linked to, see `test:chain/links`. */
  readonly chain: string;
  /** Answers each message with its own body. */
  readonly repeater: string;
}

export const greeting = 'Hello from one component';
export const secondGreeting = 'Hello from the next one.';

export async function writeInteropGuests(folder: string): Promise<InteropGuests> {
  await mkdir(folder, { recursive: true });
  const write = async (name: string, bytes: Uint8Array): Promise<string> => {
    const file = join(folder, `${name}.wasm`);
    await writeFile(file, bytes);
    return file;
  };
  return {
    hello: await write('hello', await buildGuestText(httpGuest({ greeting, isCounting: false }))),
    helloAgain: await write(
      'hello-again',
      await buildGuestText(httpGuest({ greeting: secondGreeting, isCounting: false })),
    ),
    counter: await write('counter', await buildGuestText(httpGuest({ greeting: '0', isCounting: true }))),
    chain: await write('chain', await buildChainGuest()),
    repeater: await write('repeater', await buildGuestText(repeater)),
  };
}

const types = 'wasi:http/types@0.2.3';
const streams = 'wasi:io/streams@0.2.3';
const keyvalue = 'wasi:keyvalue';
const keyvalueVersion = '0.2.0-draft';

function httpGuest(options: { readonly greeting: string; readonly isCounting: boolean }) {
  const { greeting, isCounting } = options;
  const wit = `
  world guest {
    import wasi:io/streams@0.2.3;
    import wasi:http/types@0.2.3;
    ${isCounting ? `import ${keyvalue}/store@${keyvalueVersion}; import ${keyvalue}/atomics@${keyvalueVersion};` : ''}
    export wasi:http/incoming-handler@0.2.3;
  }
  package wasi:keyvalue@${keyvalueVersion} {
    interface store {
      variant error { no-such-store, access-denied, other(string) }
      resource bucket {}
      open: func(identifier: string) -> result<bucket, error>;
    }
    interface atomics {
      use store.{bucket, error};
      increment: func(bucket: borrow<bucket>, key: string, delta: u64) -> result<u64, error>;
    }
  }
  ${http02Wit}`;
  const countingImports = `
  (import "${keyvalue}/store@${keyvalueVersion}" "open" (func $open (param i32 i32 i32)))
  (import "${keyvalue}/store@${keyvalueVersion}" "[resource-drop]bucket" (func $drop-bucket (param i32)))
  (import "${keyvalue}/atomics@${keyvalueVersion}" "increment" (func $increment (param i32 i32 i32 i64 i32)))`;
  // Counts before it answers: a result<u64, error> at 128.
  const counting = `
    (call $open (i32.const 512) (i32.const 7) (i32.const 96))
    (if (i32.load8_u (i32.const 96)) (then unreachable))
    (call $increment (i32.load (i32.const 100)) (i32.const 528) (i32.const 4) (i64.const 1) (i32.const 128))
    (call $drop-bucket (i32.load (i32.const 100)))
    (if (i32.load8_u (i32.const 128)) (then unreachable))
    (i32.store8 (i32.const 544)
      (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (i64.load (i32.const 136)) (i64.const 10)))))`;
  const wat = `
  (import "${types}" "[constructor]fields" (func $fields (result i32)))
  (import "${types}" "[resource-drop]incoming-request" (func $drop-request (param i32)))
  (import "${types}" "[constructor]outgoing-response" (func $response (param i32) (result i32)))
  (import "${types}" "[method]outgoing-response.body" (func $body (param i32 i32)))
  (import "${types}" "[method]outgoing-body.write" (func $write-stream (param i32 i32)))
  (import "${types}" "[static]outgoing-body.finish" (func $finish (param i32 i32 i32 i32)))
  (import "${types}" "[static]response-outparam.set" (func $set (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
  (import "${streams}" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
  (import "${streams}" "[resource-drop]output-stream" (func $drop-output (param i32)))
  ${isCounting ? countingImports : ''}
  ;; code
  (data (i32.const 512) "default")
  (data (i32.const 528) "hits")
  (data (i32.const 544) "${greeting}")
  (func (export "wasi:http/incoming-handler@0.2.3#handle") (param $request i32) (param $out i32)
    (local $response i32)
    (local $outgoing i32)
    (local $output i32)
    ${isCounting ? counting : ''}
    (local.set $response (call $response (call $fields)))
    (call $body (local.get $response) (i32.const 16))
    (local.set $outgoing (i32.load (i32.const 20)))
    (call $write-stream (local.get $outgoing) (i32.const 16))
    (local.set $output (i32.load (i32.const 20)))
    (call $set (local.get $out) (i32.const 0) (local.get $response)
      (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $write (local.get $output) (i32.const 544) (i32.const ${greeting.length}) (i32.const 64))
    (call $drop-output (local.get $output))
    (call $finish (local.get $outgoing) (i32.const 0) (i32.const 0) (i32.const 64))
    (call $drop-request (local.get $request)))`;
  return { wit, wat };
}

const consumer = 'wasmcloud:messaging/consumer@0.2.0';
const handler = 'wasmcloud:messaging/handler@0.2.0';

/** Publishes what a message holds to whom it is to be answered. */
const repeater = {
  wit: `
  world guest {
    import ${consumer};
    export ${handler};
  }
  package wasmcloud:messaging@0.2.0 {
    interface types {
      record broker-message { subject: string, body: list<u8>, reply-to: option<string> }
    }
    interface handler {
      use types.{broker-message};
      handle-message: func(msg: broker-message) -> result<_, string>;
    }
    interface consumer {
      use types.{broker-message};
      publish: func(msg: broker-message) -> result<_, string>;
    }
  }`,
  wat: `
  (import "${consumer}" "publish" (func $publish (param i32 i32 i32 i32 i32 i32 i32 i32)))
  ;; code
  (func (export "${handler}#handle-message") (param i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $publish (local.get 5) (local.get 6) (local.get 2) (local.get 3)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64))
    (i32.const 64))`,
};
