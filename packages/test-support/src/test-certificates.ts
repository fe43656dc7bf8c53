import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';

/** A certificate and its private key, as PEM texts. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** An authority that exists for one test. */
export interface TestAuthority extends TestCertificate {
  /** A certificate for servers at `hosts`, IPv4 addresses or names. */
  issue(...hosts: readonly string[]): TestCertificate;
  /** The same, and it has expired. */
  issueExpired(...hosts: readonly string[]): TestCertificate;
}

/** Makes an authority that nobody trusts yet; its certificates are good from a day ago for 30 days. */
export function createTestAuthority(name = 'wasmlattice test authority'): TestAuthority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const make = (subject: string, publicKey: KeyObject, extensions: Buffer, days = 30): string =>
    certificatePem({ subject, issuer: name, publicKey, issuerKey: keys.privateKey, extensions, days });
  const issue = (hosts: readonly string[], days: number): TestCertificate => {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const names = sequence(extension(subjectAltName, sequence(...hosts.map(alternativeName))));
    return {
      certificate: make(hosts[0] ?? 'nobody', own.publicKey, names, days),
      key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  };
  return {
    certificate: make(name, keys.publicKey, sequence(extension(basicConstraints, sequence(boolean(true))))),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    issue: (...hosts) => issue(hosts, 30),
    issueExpired: (...hosts) => issue(hosts, -0.5),
  };
}

interface CertificateParts {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly extensions: Buffer;
  /** How long from now it is good. */
  readonly days: number;
}

const dayMs = 86_400_000;

/** RFC 5280, section 4.1. */
function certificatePem(parts: CertificateParts): string {
  const { subject, issuer, publicKey, issuerKey, extensions, days } = parts;
  const algorithm = sequence(ecdsaWithSha256);
  const toSign = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    commonName(issuer),
    sequence(time(Date.now() - dayMs), time(Date.now() + days * dayMs)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = sign('sha256', toSign, issuerKey);
  const certificate = sequence(toSign, algorithm, der(0x03, Buffer.concat([Buffer.of(0), signature])));
  return new X509Certificate(certificate).toString();
}

const ecdsaWithSha256 = oid('2a8648ce3d040302');
const basicConstraints = oid('551d13');
const subjectAltName = oid('551d11');

/** One element of the encoding DER: tag, length, content. */
function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  // As few bytes of length as can be: Go takes no others.
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function boolean(value: boolean): Buffer {
  return der(0x01, Buffer.of(value ? 0xff : 0));
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x18, Buffer.from(digits));
}

function commonName(text: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))));
}

/** An extension that must be understood is none of ours but the one that makes an authority. */
function extension(id: Buffer, value: Buffer): Buffer {
  return id === basicConstraints
    ? sequence(id, boolean(true), der(0x04, value))
    : sequence(id, der(0x04, value));
}

function alternativeName(host: string): Buffer {
  return /^[\d.]+$/.test(host)
    ? der(0x87, Buffer.from(host.split('.').map(Number)))
    : der(0x82, Buffer.from(host));
}
