import { afterAll } from 'vitest';
import { GuestClock } from '../../pool/guest-clock.js';
import { GuestSlices } from '../../pool/guest-slices.js';
import { createDirectEngine } from '../direct/index.js';
import { engineCompliance } from './engine-compliance.js';
import { preparedElsewhere } from './prepared-elsewhere.js';

const clock = new GuestClock();
afterAll(() => clock.close());

const engine = createDirectEngine({ preemption: new GuestSlices(clock.add(0)) });
engineCompliance(engine, { preempts: true, runs03: true });
engineCompliance(preparedElsewhere(engine, 'direct'), { preempts: true });
