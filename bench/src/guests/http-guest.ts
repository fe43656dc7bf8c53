import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { http02Wit } from '@wasmlattice/test-support';

export interface HttpGuestOptions {
  /** Rounds of a loop before each answer, a few instructions each; default none. */
  readonly spins?: number;
}

/** What the guest answers: as many bytes as the baseline. */
export const guestGreeting = 'Hello from component 000';

/**
 * An HTTP component of some 7 KB: answers every request with 200, a content type and {@link guestGreeting}. It reads nothing of
 * the request, and allocates nothing.
 */
export async function buildHttpGuest({ spins = 0 }: HttpGuestOptions = {}): Promise<Uint8Array> {
  const embedded = await componentEmbed({
    binary: await parse(moduleText(spins)),
    witSource: wit,
    world: 'guest',
  });
  return componentNew(embedded);
}

/** The same guest with another number in its greeting: another component, as far as a host can tell. */
export function numberedGuest(guest: Uint8Array, number: number): { bytes: Uint8Array; greeting: string } {
  const greeting = guestGreeting.replace('000', String(number).padStart(3, '0'));
  if (greeting.length !== guestGreeting.length) throw new RangeError(`a guest has no number ${number}`);
  const bytes = Buffer.from(guest);
  const start = bytes.indexOf(guestGreeting);
  if (start === -1) throw new Error('the guest does not hold its greeting');
  bytes.write(greeting, start, 'latin1');
  return { bytes, greeting };
}

const types = 'wasi:http/types@0.2.3';
const streams = 'wasi:io/streams@0.2.3';
const contentType = 'content-type';
const textPlain = 'text/plain';

function moduleText(spins: number): string {
  return `(module
  (import "${types}" "[constructor]fields" (func $fields (result i32)))
  (import "${types}" "[method]fields.append" (func $append (param i32 i32 i32 i32 i32 i32)))
  (import "${types}" "[resource-drop]incoming-request" (func $drop-request (param i32)))
  (import "${types}" "[constructor]outgoing-response" (func $response (param i32) (result i32)))
  (import "${types}" "[method]outgoing-response.body" (func $body (param i32 i32)))
  (import "${types}" "[method]outgoing-body.write" (func $write-stream (param i32 i32)))
  (import "${types}" "[static]outgoing-body.finish" (func $finish (param i32 i32 i32 i32)))
  (import "${types}" "[static]response-outparam.set" (func $set (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
  (import "${streams}" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
  (import "${streams}" "[resource-drop]output-stream" (func $drop-output (param i32)))
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
  (data (i32.const 512) "${contentType}")
  (data (i32.const 528) "${textPlain}")
  (data (i32.const 544) "${guestGreeting}")
  (func $spin (param $left i32)
    (local $value i32)
    (local.set $value (i32.const 1))
    (block $done
      (loop $again
        (br_if $done (i32.eqz (local.get $left)))
        (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 1664525)) (i32.const 1013904223)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $again)))
    (i32.store (i32.const 256) (local.get $value)))
  (func (export "wasi:http/incoming-handler@0.2.3#handle") (param $request i32) (param $out i32)
    (local $headers i32)
    (local $response i32)
    (local $outgoing i32)
    (local $output i32)
    (call $spin (i32.const ${spins}))
    (local.set $headers (call $fields))
    (call $append (local.get $headers)
      (i32.const 512) (i32.const ${contentType.length}) (i32.const 528) (i32.const ${textPlain.length}) (i32.const 64))
    (local.set $response (call $response (local.get $headers)))
    (call $body (local.get $response) (i32.const 16))
    (local.set $outgoing (i32.load (i32.const 20)))
    (call $write-stream (local.get $outgoing) (i32.const 16))
    (local.set $output (i32.load (i32.const 20)))
    (call $set (local.get $out) (i32.const 0) (local.get $response)
      (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $write (local.get $output) (i32.const 544) (i32.const ${guestGreeting.length}) (i32.const 64))
    (call $drop-output (local.get $output))
    (call $finish (local.get $outgoing) (i32.const 0) (i32.const 0) (i32.const 64))
    (call $drop-request (local.get $request))))`;
}

/** What the guest uses of `wasi:http` and `wasi:io`. */
const wit = `
  package bench:http@1.0.0;
  world guest {
    import wasi:io/streams@0.2.3;
    import wasi:http/types@0.2.3;
    export wasi:http/incoming-handler@0.2.3;
  }
  ${http02Wit}`;
