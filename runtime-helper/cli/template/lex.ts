import { UsageError } from '../usage-error.ts';

export type Piece = { kind: 'text'; text: string } | { kind: 'action'; tokens: string[] };

/** Splits a Go template (text/template) into text and actions. Comments are left out, trim marks obeyed. */
export function splitTemplate(source: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = source;
  let trims = false;
  for (;;) {
    const open = rest.indexOf('{{');
    const text = open < 0 ? rest : rest.slice(0, open);
    const trimsBefore = open >= 0 && /^\{\{-\s/.test(rest.slice(open));
    pieces.push({ kind: 'text', text: trimText(text, { start: trims, end: trimsBefore }) });
    if (open < 0) return pieces;
    const action = readAction(rest.slice(open + (trimsBefore ? 3 : 2)));
    if (action.tokens.length > 0 || !action.comment) pieces.push({ kind: 'action', tokens: action.tokens });
    rest = action.rest;
    trims = action.trims;
  }
}

function trimText(text: string, { start, end }: { start: boolean; end: boolean }): string {
  const from = start ? text.trimStart() : text;
  return end ? from.trimEnd() : from;
}

const spaces = /^[ \t\r\n]+/;
const comment = /^\/\*[\s\S]*?\*\//;
const token =
  /^("(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)'|:=|[-+]?\d+(?:\.\d+)?|\$\w*(?:\.\w+)*|(?:\.\w+)+|\.|\w+|[()|,=])/;

type Action = { tokens: string[]; comment: boolean; rest: string; trims: boolean };

/** Reads to the closing braces. A field that follows a parenthesis without a space belongs to it: `).Name`. */
function readAction(source: string): Action {
  const tokens: string[] = [];
  let rest = source;
  let hasComment = false;
  while (rest !== '') {
    const trim = /^\s+-\}\}/.exec(rest);
    if (trim) return { tokens, comment: hasComment, rest: rest.slice(trim[0].length), trims: true };
    if (rest.startsWith('}}')) return { tokens, comment: hasComment, rest: rest.slice(2), trims: false };
    const blank = spaces.exec(rest) ?? comment.exec(rest);
    if (blank) {
      hasComment ||= blank[0].startsWith('/*');
      rest = rest.slice(blank[0].length);
      continue;
    }
    const match = token.exec(rest);
    if (!match)
      throw new UsageError(`template parsing error: unexpected ${JSON.stringify(rest.charAt(0))} in action`, 64);
    tokens.push(match[0]);
    rest = rest.slice(match[0].length);
    if (match[0] === ')' && /^\.\w/.test(rest)) {
      const chain = /^(?:\.\w+)+/.exec(rest)?.[0] ?? '';
      tokens.push(`)${chain}`);
      rest = rest.slice(chain.length);
    }
  }
  throw new UsageError('template parsing error: unclosed action', 64);
}
