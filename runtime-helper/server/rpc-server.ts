import { SkiffError } from '../lib/errors.ts';

/** Serves one window over stdin and stdout. */
export function serveRpc(_roots: { root?: string; runRoot?: string }): void {
  throw new SkiffError('not-implemented', 'JSON-RPC over stdio is not built yet');
}
