import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { repository } from './paths.ts';

export type Source = { /** From the project's folder, with `/`. */ path: string; text: string };
export type Import = {
  from: string;
  /** A path from the project's folder for one of our files, else the module's name. */ to: string;
  typeOnly: boolean;
};

/** Files that git knows or would take: what is ignored is not ours. */
export function sources(pattern: RegExp): Source[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).split('\0');
  return [...new Set(listed)]
    .filter((path) => pattern.test(path))
    .flatMap((path) => {
      const text = readIfThere(path);
      return text === undefined ? [] : [{ path, text }];
    });
}

/** Deleted, but git was not told yet. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(join(repository, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** `import … from`, `export … from`, `import '…'` and `import('…')`, a statement over several lines included. */
const statement = /(?:^|\n)\s*(import|export)(\s+type\b)?(?:[^'";]*?\sfrom)?\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

export function importsOf({ path, text }: Source): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(statement)].map((match) => {
    const name = match[3] ?? match[4] ?? '';
    const to = name.startsWith('.') ? relative(repository, join(repository, dirname(path), name)) : name;
    return { from: path, to, typeOnly: match[2] !== undefined || onlyTypes(match[0]) };
  });
}

/** `import { type A, type B } from`: nothing of it is there when the code runs. */
function onlyTypes(text: string): boolean {
  const names = /\{([^}]*)\}/.exec(text)?.[1];
  if (names === undefined || /import\s+\w/.test(text)) return false;
  return names.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
}
