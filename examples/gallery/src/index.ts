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
export { python, pythonGreet } from './languages/python.js';
export { rust } from './languages/rust.js';
export { findPython, installPythonPackage, type PythonPackage } from './python-package.js';
