import { createDirectEngine } from '../direct/index.js';
import { type Preemption, withoutPreemption } from '../preemption.js';
import { webAssembly } from '../web-assembly.js';
import { engineCompliance } from './engine-compliance.js';

/** Has guests ask at each check, and give up their turn at every third. */
function askingAlways(): Preemption {
  const word = new webAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  new Int32Array(word.buffer)[0] = 1;
  let checks = 0;
  return {
    ...withoutPreemption(),
    word,
    isAsking: true,
    isSliceOver: () => checks++ % 3 === 0,
    interrupt() {},
  };
}

engineCompliance(createDirectEngine({ preemption: askingAlways() }));
