import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { claimAddress, HttpAddressError } from './claim-address.js';

const host = '127.0.0.1';

function locks(refusals: number, code: string) {
  const asked: number[] = [];
  const lock = async (where: string, port: number) => {
    asked.push(port);
    const cause = Object.assign(new Error(code), { code });
    if (asked.length <= refusals) throw new HttpAddressError(`cannot listen on ${where}:${port}`, { cause });
    return createServer();
  };
  return { asked, lock };
}

describe('a claim', () => {
  it('of any free port passes over those that another process has claimed', async () => {
    const { asked, lock } = locks(2, 'EADDRINUSE');
    const claimed = await claimAddress(host, 0, lock);
    expect(claimed.port).toBe(asked[2]);
    expect(new Set(asked).size).toBe(3);
  });

  it('of a port that another process has claimed is refused', async () => {
    const free = await claimAddress(host, 0);
    await free.release();
    const { asked, lock } = locks(1, 'EADDRINUSE');
    await expect(claimAddress(host, free.port, lock)).rejects.toThrow(HttpAddressError);
    expect(asked).toEqual([free.port]);
  });

  it('that fails for another reason is not tried again', async () => {
    const { asked, lock } = locks(1, 'EMFILE');
    await expect(claimAddress(host, 0, lock)).rejects.toThrow(HttpAddressError);
    expect(asked).toHaveLength(1);
  });
});
