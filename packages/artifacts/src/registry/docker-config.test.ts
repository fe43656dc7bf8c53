import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerConfigLogins } from './docker-config.js';

let dir: TempDir;
let problems: string[];
beforeEach(async () => {
  dir = await createTempDir();
  problems = [];
});
afterEach(() => dir[Symbol.asyncDispose]());

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function logins(config: unknown) {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  await writeFile(join(dir.path, 'config.json'), text);
  return dockerConfigLogins({
    env: { DOCKER_CONFIG: dir.path, PATH: `${join(dir.path, 'bin')}:/usr/bin:/bin` },
    onProblem: (problem) => void problems.push(problem),
  });
}

async function helper(name: string, script: string): Promise<void> {
  await mkdir(join(dir.path, 'bin'), { recursive: true });
  const path = join(dir.path, 'bin', `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

describe('an entry of the Docker configuration', () => {
  it.each([
    [{ auth: base64('ann:s:3') }, { kind: 'basic', username: 'ann', password: 's:3' }],
    [
      { username: 'ann', password: 's3' },
      { kind: 'basic', username: 'ann', password: 's3' },
    ],
    [
      { auth: base64('x:y'), identitytoken: 't' },
      { kind: 'identity', token: 't' },
    ],
    [{ registrytoken: 't' }, { kind: 'bearer', token: 't' }],
    [{}, undefined],
    [{ auth: base64('nobody') }, undefined],
  ])('%j signs in', async (entry, login) => {
    const source = await logins({ auths: { 'ghcr.io': entry } });
    expect(await source.loginFor('ghcr.io')).toEqual(login);
    expect(await source.loginFor('other.io')).toBeUndefined();
  });

  it.each([
    ['docker.io', 'https://index.docker.io/v1/'],
    ['localhost:5000', 'http://localhost:5000'],
    ['ghcr.io', 'https://ghcr.io/v2/'],
  ])('for %s may be under %s', async (registry, key) => {
    const source = await logins({ auths: { [key]: { auth: base64('ann:s3') } } });
    expect(await source.loginFor(registry)).toMatchObject({ username: 'ann' });
  });
});

describe('a credential helper', () => {
  it('of a registry is asked before entries and the helper for all', async () => {
    await helper('one', 'read server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"one\\"}"');
    await helper('all', 'echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"all\\"}"');
    const source = await logins({
      auths: { 'a.io': { auth: base64('ann:s3') } },
      credHelpers: { 'a.io': 'one' },
      credsStore: 'all',
    });
    expect(await source.loginFor('a.io')).toEqual({ kind: 'basic', username: 'a.io', password: 'one' });
    expect(await source.loginFor('b.io')).toEqual({ kind: 'identity', token: 'all' });
    expect(problems).toEqual([]);
  });

  it.each([
    ['that is not there', undefined, "'docker-credential-x' failed for a.io: it is not on the PATH"],
    [
      'that fails',
      'echo secret text >&2; exit 1',
      "'docker-credential-x' failed for a.io: it ended with an error",
    ],
    ['that answers something else', 'echo no json', "'docker-credential-x' did not answer in JSON"],
  ])('%s is named, and the entry counts', async (_name, script, problem) => {
    if (script !== undefined) await helper('x', script);
    const source = await logins({ auths: { 'a.io': { auth: base64('ann:s3') } }, credsStore: 'x' });
    expect(await source.loginFor('a.io')).toMatchObject({ username: 'ann' });
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(problems.join()).not.toContain('secret text');
  });

  it('that knows no credentials is no problem', async () => {
    await helper('x', 'echo "credentials not found in native keychain"; exit 1');
    expect(await (await logins({ credsStore: 'x' })).loginFor('a.io')).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it('is a program by its name, not by a path', async () => {
    const source = await logins({ credHelpers: { 'a.io': '../../bin/sh' } });
    expect(await source.loginFor('a.io')).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining('is no name of a program')]);
  });
});

it('a configuration that is no JSON is named without its content', async () => {
  const source = await logins('{"auths": s3cret');
  expect(await source.loginFor('a.io')).toBeUndefined();
  expect(problems).toEqual([expect.stringContaining('it is no JSON')]);
  expect(problems.join()).not.toContain('s3cret');
});

it('no configuration is no problem', async () => {
  const source = dockerConfigLogins({
    env: { HOME: dir.path },
    onProblem: (problem) => void problems.push(problem),
  });
  expect(await source.loginFor('a.io')).toBeUndefined();
  expect(problems).toEqual([]);
});
