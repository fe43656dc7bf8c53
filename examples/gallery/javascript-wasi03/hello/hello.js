import types from 'wasi:http/types@0.3.2';

const { Fields, Response } = types;

/** There is no TextEncoder. */
const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

async function* body() {
  yield bytes('Hello from JavaScript!\n');
}

export const handler = {
  async handle() {
    const headers = Fields.fromList([['content-type', bytes('text/plain')]]);
    const [response] = Response.new(headers, body(), Promise.resolve({ tag: 'ok', val: null }));
    return response;
  },
};
