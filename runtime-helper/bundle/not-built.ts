import { SkiffError } from '../lib/errors.ts';

/** For what a bundle or a caller may ask for, and we have not. */
export function notBuilt(what: string): SkiffError {
  return new SkiffError('not-implemented', `${what}: skiff-oci has not built this`);
}
