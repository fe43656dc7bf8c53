import { createServer } from 'node:http';
import { workerData } from 'node:worker_threads';

const body = 'Hello from WebAssembly!\n';

createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length });
  response.end(body);
}).listen(Number(workerData), '127.0.0.1');
