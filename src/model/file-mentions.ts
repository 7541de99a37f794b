import type { ContainerMount } from '../../runtime-helper/protocol/types.ts';

/** An absolute path in a program's output, and the place in that file, both counted from 1. */
export type FileMention = { start: number; length: number; path: string; line?: number; column?: number };

/** Output is hostile: no line of it makes us look for more than this. */
const mostCharacters = 4096;
const mostMentions = 16;
const longestPath = 1024;

/** Python's: `File "/app/my file.py", line 12`. */
const quoted = /"(\/[^"\p{Cc}]+)", line (\d{1,7})/gu;
/** `/app/x.py:12:3`, `/app/x.ts(12,3)`, `file:///app/x.js:12`, `/etc/hosts`; no part of a URL or of a longer word. */
const plain =
  /(?<![\w/.~%+\]-])(?:file:\/\/)?(\/(?!\/)[^\s"'`<>|;,:=()[\]{}\p{Cc}]+)(?::(\d{1,7})(?::(\d{1,7}))?|\((\d{1,7})(?:,(\d{1,7}))?\))?/gu;

/** What a line of output says of files, in no order. */
export function fileMentions(output: string): FileMention[] {
  const text = output.slice(0, mostCharacters);
  const inQuotes = [...text.matchAll(quoted)].map((match) => ({
    start: match.index + 1,
    length: match[0].length - 1,
    path: match[1] ?? '',
    ...place(match[2]),
  }));
  const isFree = ({ start }: FileMention): boolean =>
    inQuotes.every((other) => start < other.start || start >= other.start + other.length);
  return [...inQuotes, ...[...text.matchAll(plain)].map(plainMention).filter(isFree)]
    .filter(({ path }) => path.length <= longestPath)
    .slice(0, mostMentions);
}

function plainMention(match: RegExpExecArray): FileMention {
  const [all, written = '', line = match[4], column = match[5]] = match;
  // A sentence's end is not the path's.
  const ending = line === undefined ? (/[.!?…]+$/u.exec(written)?.[0].length ?? 0) : 0;
  const path = written.slice(0, written.length - ending);
  return { start: match.index, length: all.length - ending, path, ...place(line, column) };
}

function place(line: string | undefined, column?: string): { line?: number; column?: number } {
  if (line === undefined || Number(line) === 0) return {};
  return column === undefined || Number(column) === 0
    ? { line: Number(line) }
    : { line: Number(line), column: Number(column) };
}

/** The bind mount that a path of the container's lies in, and where this machine has that; absent: it lies in none. */
export function onHost(mounts: readonly ContainerMount[], path: string): { root: string; path: string } | undefined {
  if (/\/\.{1,2}(\/|$)/.test(path)) return undefined;
  const [mount] = mounts
    .filter(({ target }) => path === target || path.startsWith(target.endsWith('/') ? target : `${target}/`))
    .toSorted((one, other) => other.target.length - one.target.length);
  if (mount?.type !== 'bind') return undefined;
  return { root: mount.source, path: mount.source + path.slice(mount.target.replace(/\/$/, '').length) };
}
