/** Untrusted text for places where VS Code reads more than text. Pure. */
import { cleanLine, shorten } from '../model/clean-text.ts';

/** For messages: VS Code makes links, to commands too, of `[text](target)` in them. */
export function plainMessage(text: string): string {
  return shorten(cleanLine(text), 600).replaceAll('](', '] (');
}

/** For labels and details of quick picks, where `$(name)` is an icon. */
export function plainLabel(text: string): string {
  return cleanLine(text).replace(/\$\((?=[a-z0-9~-]+\))/gi, '$\u200b(');
}

/** For Markdown: every character with a meaning in CommonMark, and `$(`, loses it. Also what would be taken for a bare link. */
export function plainMarkdown(text: string): string {
  return cleanLine(text).replace(/[\\`*_{}[\]()#+\-.!|<>~&:$@/]/g, '\\$&');
}

/** For a code span, which must be fenced by more backticks than it contains. */
export function markdownCode(text: string): string {
  const clean = cleanLine(text);
  const longest = (clean.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  return clean === '' ? '' : `${fence} ${clean} ${fence}`;
}

/** A sentence begins with a capital and ends with a full stop, unless it says more itself. */
export function asSentence(text: string): string {
  const clean = cleanLine(text);
  if (clean === '') return '';
  // Ended as in the language that it is in.
  const stop = /[.!?…。！？]$/.test(clean) ? '' : /\p{Script=Han}/u.test(clean) ? '。' : '.';
  return `${clean.charAt(0).toUpperCase()}${clean.slice(1)}${stop}`;
}

/** One after the other; those that are empty are left out. */
export function sentences(...texts: string[]): string {
  const all = texts.map(asSentence).filter((text) => text !== '');
  return all.join(' ').replaceAll('。 ', '。');
}
