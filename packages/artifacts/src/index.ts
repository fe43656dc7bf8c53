export {
  formatOciReference,
  type OciReference,
  OciReferenceError,
  parseOciReference,
} from './registry/oci-reference.js';
