import types from 'wasi:http/types@0.3.2';

const { Fields, Request, Response } = types;

async function* copy(body) {
  for await (const chunk of body) yield chunk;
}

export const handler = {
  async handle(request) {
    const contentTypes = request.getHeaders().get('content-type');
    const headers = Fields.fromList(contentTypes.map((value) => ['content-type', value]));
    const [body, trailers] = Request.consumeBody(request, Promise.resolve({ tag: 'ok' }));
    const [response] = Response.new(headers, copy(body), trailers);
    return response;
  },
};
