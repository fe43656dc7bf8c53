export { CodecError, type CodecErrorCode } from './codec-error.js';
export { decode } from './decode.js';
export { encode } from './encode.js';
export { type CodecLimits, defaultCodecLimits } from './limits.js';
export { peekParams } from './peek.js';
