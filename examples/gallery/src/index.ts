export {
  type BuiltGuest,
  buildGallery,
  type FailedGuest,
  type GalleryGuest,
  type GalleryOptions,
  type SkippedGuest,
} from './build-gallery.js';
export {
  type BuildJob,
  type GuestKind,
  type GuestSource,
  guestKinds,
  type Language,
  MissingToolchainError,
  type Toolchain,
} from './language.js';
export { c } from './languages/c.js';
export { go } from './languages/go.js';
export { javascript } from './languages/javascript.js';
export { javascriptWasi03 } from './languages/javascript-wasi03.js';
export { python, pythonGreet, pythonWasi03 } from './languages/python.js';
export { rust, rustWasi03 } from './languages/rust.js';
export { findPython, installPythonPackage, type PythonPackage } from './python-package.js';
