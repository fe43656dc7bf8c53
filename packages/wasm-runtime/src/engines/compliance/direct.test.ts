import { createDirectEngine } from '../direct/index.js';
import { engineCompliance } from './engine-compliance.js';
import { preparedElsewhere } from './prepared-elsewhere.js';

const engine = createDirectEngine();
engineCompliance(engine);
engineCompliance(preparedElsewhere(engine, 'direct'));
