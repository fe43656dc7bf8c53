import { headerValue } from './header-lines.js';

/** Who may use responses from another origin, and how (Fetch, CORS protocol). An empty list stands for all. */
export interface CorsPolicy {
  readonly origins: readonly string[];
  readonly headers: readonly string[];
  readonly methods: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly maxAgeSeconds: number;
}

/** What the answer depends on, for caches between; as upstream's server has it. */
const vary = 'origin, access-control-request-method, access-control-request-headers';

/** Header lines of the answer to a preflight; `undefined` for any other request, which is for the component. */
export function preflightHeaders(
  cors: CorsPolicy,
  method: string,
  headers: readonly string[],
): string[] | undefined {
  if (method !== 'OPTIONS' || headerValue(headers, 'access-control-request-method') === undefined)
    return undefined;
  const origin = headerValue(headers, 'origin');
  if (origin === undefined) return undefined;
  return [
    ...originHeaders(cors, origin),
    'access-control-allow-methods',
    listOf(cors.methods),
    'access-control-allow-headers',
    listOf(cors.headers),
    'access-control-max-age',
    String(cors.maxAgeSeconds),
  ];
}

/** Header lines for the response of a component. */
export function corsHeaders(cors: CorsPolicy, headers: readonly string[]): string[] {
  return [
    ...originHeaders(cors, headerValue(headers, 'origin')),
    'access-control-expose-headers',
    listOf(cors.exposedHeaders),
  ];
}

function originHeaders({ origins }: CorsPolicy, origin: string | undefined): string[] {
  if (origins.length === 0) return ['access-control-allow-origin', '*', 'vary', vary];
  return origin !== undefined && origins.includes(origin)
    ? ['access-control-allow-origin', origin, 'vary', vary]
    : ['vary', vary];
}

function listOf(values: readonly string[]): string {
  return values.length === 0 ? '*' : values.join(',');
}
