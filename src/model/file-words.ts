import type { FileInfo } from '../../runtime-helper/protocol/types.ts';

/** As `ls -l` has it: `rwxr-xr-x`, with set-user-id, set-group-id and sticky in their places. */
export function modeWords({ mode }: Pick<FileInfo, 'mode'>): string {
  const letters = Array.from('rwxrwxrwx', (letter, index) => (mode & (0o400 >> index) ? letter : '-'));
  const special = [
    [0o4000, 2, 's'],
    [0o2000, 5, 's'],
    [0o1000, 8, 't'],
  ] as const;
  for (const [bit, place, letter] of special)
    if (mode & bit) letters[place] = letters[place] === 'x' ? letter : letter.toUpperCase();
  return letters.join('');
}

/** Why a name can't be a file's; undefined when it can. */
export function fileNameProblem(name: string): 'empty' | 'slash' | 'reserved' | 'long' | undefined {
  if (name === '') return 'empty';
  if (name.includes('/') || name.includes('\0')) return 'slash';
  if (name === '.' || name === '..') return 'reserved';
  return new TextEncoder().encode(name).length > 255 ? 'long' : undefined;
}

/** Of any text a name that no file system minds. */
export function plainFileName(text: string): string {
  return text.replaceAll(/[^\w.-]+/g, '_');
}
