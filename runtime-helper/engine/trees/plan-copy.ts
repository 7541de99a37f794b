import { SkiffError } from '../../lib/errors.ts';
import { phrase } from '../../lib/phrase.ts';

/** What is copied, and what is at the place that was named for it. */
export type CopySource = {
  /** Without a trailing `/.`. Its last part is the name that it is copied under. */
  path: string;
  isDirectory: boolean;
  /** It ended in `/.`: what is in it, not itself. */
  contentsOnly: boolean;
};
export type CopyTarget = {
  path: string;
  kind: 'missing' | 'directory' | 'other';
  /** It ended in `/`: it is meant to be a directory. */
  mustBeDirectory: boolean;
};

/**
 * Where the source's own first entry goes, by the rules of `docker cp`; `isThere`: it is a directory that keeps its owner and mode. Pure. Throws
 * invalid-argument and not-found.
 */
export function planCopy(source: CopySource, target: CopyTarget): { path: string; isThere: boolean } {
  if (target.kind === 'missing') {
    if (target.mustBeDirectory && !source.isDirectory)
      throw new SkiffError('not-found', phrase('{0}: no such directory', target.path));
    return { path: target.path, isThere: false };
  }
  if (target.kind === 'other') {
    if (target.mustBeDirectory) throw new SkiffError('invalid-argument', phrase('{0}: not a directory', target.path));
    if (source.isDirectory)
      throw new SkiffError('invalid-argument', phrase('cannot copy a directory to a file: {0}', target.path));
    return { path: target.path, isThere: false };
  }
  if (source.isDirectory && source.contentsOnly) return { path: target.path, isThere: true };
  const name = baseName(source.path);
  // `/` has no name to be copied under.
  if (name === '') return { path: target.path, isThere: true };
  return { path: `${target.path.replace(/\/+$/, '')}/${name}`, isThere: false };
}

/** `a/b/.` is what is in `a/b`; `a/b/` and `a/b` are the same directory. */
export function splitPath(text: string): { path: string; contentsOnly: boolean; endsInSlash: boolean } {
  const contentsOnly = /(^|\/)\.\/*$/.test(text);
  const path = contentsOnly ? text.replace(/\.\/*$/, '') : text;
  return {
    path: path.replace(/\/+$/, '') || (text.startsWith('/') ? '/' : '.'),
    contentsOnly,
    endsInSlash: text.endsWith('/'),
  };
}

export function baseName(path: string): string {
  return path
    .replace(/\/+$/, '')
    .replace(/^.*\//, '')
    .replace(/^\.\.?$/, '');
}
