export { createJcoEngine, type JcoEngineOptions, UnsupportedPlatformError } from './jco-engine.js';
