import types from 'wasi:http/types@0.3.2';
import store from 'wasi:keyvalue/store@0.2.0-draft';

const { Fields, Response } = types;

/** There is no TextEncoder and no TextDecoder. */
const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

async function* body(text) {
  yield bytes(text);
}

export const handler = {
  async handle(request) {
    const path = request.getPathWithQuery();
    const bucket = store.open('default');
    const before = bucket.get(path);
    const count = (before === null ? 0 : Number(String.fromCharCode(...before))) + 1;
    bucket.set(path, bytes(String(count)));
    const headers = Fields.fromList([['content-type', bytes('application/json')]]);
    const text = JSON.stringify({ path, count });
    const [response] = Response.new(headers, body(text), Promise.resolve({ tag: 'ok', val: null }));
    return response;
  },
};
