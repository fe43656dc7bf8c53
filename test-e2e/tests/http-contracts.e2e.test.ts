import { httpClientContract, httpServerContract } from '@wasmlattice/provider-contracts';
import { builtinHttpClient, builtinHttpServer } from '../src/builtin-http.js';

httpServerContract('the built-in http-server', builtinHttpServer);
httpClientContract('the built-in http-client', builtinHttpClient);
