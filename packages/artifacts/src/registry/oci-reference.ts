/** Where a registry keeps an artifact. */
export interface OciReference {
  /** Host and port as the reference names them, such as `ghcr.io`, `localhost:5000`, `docker.io`. */
  readonly registry: string;
  /** Name within the registry, such as `acme/counter`. */
  readonly repository: string;
  /** `latest` when the reference has neither tag nor digest; with a digest it is for readers alone. */
  readonly tag?: string | undefined;
  /** `sha256:` and 64 hexadecimal digits: the manifest must be exactly this one. */
  readonly digest?: string | undefined;
}

/** A text that names no artifact of a registry. */
export class OciReferenceError extends Error {
  override readonly name = 'OciReferenceError';
}

const label = '[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9]';
const registryPattern = new RegExp(`^((${label})(\\.(${label}))*|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?$`);
const repositoryPattern = /^[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads a reference without a scheme: `[registry/]repository[:tag][@sha256:…]`. Upper case becomes lower case in all of it,
 * tag included, as a wasmCloud host has it (docs/spec/security.md#6.3), and a name without a registry is one of Docker Hub.
 *
 * @throws OciReferenceError when a part of it is not as registries allow
 */
export function parseOciReference(text: string): OciReference {
  if (text.length > 1024)
    throw new OciReferenceError(`an image reference of ${text.length} characters is too long`);
  const [named = '', digest, ...more] = text.toLowerCase().split('@');
  if (more.length > 0) throw malformed(text, "it has more than one '@'");
  if (digest !== undefined && !digestPattern.test(digest)) {
    throw malformed(text, `the digest '${digest}' is not 'sha256:' and 64 hexadecimal digits`);
  }
  const { registry, path } = splitRegistry(named);
  if (!registryPattern.test(registry)) throw malformed(text, `'${registry}' is no host name with a port`);
  const colon = path.indexOf(':');
  const repository = colon === -1 ? path : path.slice(0, colon);
  const tag = colon === -1 ? undefined : path.slice(colon + 1);
  if (!repositoryPattern.test(repository)) {
    throw malformed(
      text,
      `'${repository}' is no repository: use letters, digits, and '.', '_', '-' and '/' between them`,
    );
  }
  if (repository.length > 255) throw malformed(text, 'its repository has more than 255 characters');
  if (tag !== undefined && !tagPattern.test(tag)) {
    throw malformed(text, `'${tag}' is no tag: use up to 128 letters, digits, '.', '_' and '-'`);
  }
  return { registry, repository, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
}

/** The reference in full; what {@link parseOciReference} reads again as the same. */
export function formatOciReference({ registry, repository, tag, digest }: OciReference): string {
  const named = `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}`;
  return digest === undefined ? named : `${named}@${digest}`;
}

/** The first part is a registry if it looks like a host; Docker Hub keeps names of one part under `library/`. */
function splitRegistry(named: string): { registry: string; path: string } {
  const slash = named.indexOf('/');
  const first = slash === -1 ? '' : named.slice(0, slash);
  if (first === 'localhost' || first.startsWith('[') || /[.:]/.test(first)) {
    const path = named.slice(slash + 1);
    return first === 'index.docker.io'
      ? dockerHub(path)
      : first === 'docker.io'
        ? dockerHub(path)
        : { registry: first, path };
  }
  return dockerHub(named);
}

function dockerHub(path: string): { registry: string; path: string } {
  return { registry: 'docker.io', path: path.includes('/') ? path : `library/${path}` };
}

function malformed(text: string, reason: string): OciReferenceError {
  return new OciReferenceError(`'${text}' is no image reference: ${reason}`);
}
