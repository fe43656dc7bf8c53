import { probeNats } from '@wasmlattice/host/embedded-nats';
import { type Finding, findingsOf } from './finding.js';

const { ok, warning } = findingsOf('http-port', 'HTTP port');

/** Where examples and `dev` serve HTTP. */
const usualPort = 8_000;
const answerMs = 200;

/** Whether the port that most manifests begin with is free, or a host may be who has it. */
export async function httpPortFinding(hasHosts: boolean, port: number = usualPort): Promise<Finding> {
  const isTaken = (await probeNats('127.0.0.1', port, answerMs)).kind !== 'nothing';
  if (!isTaken) return ok(`${port} is free`);
  if (hasHosts) return ok(`${port} is in use, as by a host that serves there`);
  return warning(
    `${port}, where examples serve HTTP, is taken, and no host runs`,
    `ss -ltnp 'sport = :${port}'   (end that program, or put another address into the manifest)`,
  );
}
