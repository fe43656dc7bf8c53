import { fork } from 'node:child_process';
import { once } from 'node:events';

/** What the process was told to do. */
export interface InstanceMemoryTask {
  /** File of an HTTP component. */
  readonly file: string;
  readonly instances: number;
}

/** Memory that the process shares with no other, in bytes, with one instance and with all of them. */
export interface InstanceMemory {
  readonly first: number;
  readonly all: number;
}

/** A process that keeps so many instances of a component after each has answered a request. */
export async function measureInstanceMemory(task: InstanceMemoryTask): Promise<InstanceMemory> {
  const child = fork(new URL('./instance-memory-process.js', import.meta.url), [JSON.stringify(task)], {
    execArgv: ['--expose-gc'],
    stdio: 'inherit',
  });
  const exited = once(child, 'exit');
  const [memory] = await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`the process ended with code ${code}`))),
  ]);
  child.kill();
  await exited;
  return memory as InstanceMemory;
}
