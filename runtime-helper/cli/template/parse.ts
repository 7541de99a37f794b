import { UsageError } from '../usage-error.ts';
import { splitTemplate, type Piece } from './lex.ts';

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'print'; pipeline: Pipeline }
  | { kind: 'if' | 'with' | 'range'; pipeline: Pipeline; body: Node[]; otherwise: Node[] };

/** `$key, $value := command | command`; without variables it gives its value. */
export type Pipeline = { variables: string[]; declares: boolean; commands: Operand[][] };
export type Operand =
  | { kind: 'literal'; value: unknown }
  /** `.A.B`; no names: the dot itself. */
  | { kind: 'field'; names: string[] }
  | { kind: 'variable'; name: string; names: string[] }
  | { kind: 'function'; name: string }
  | { kind: 'group'; pipeline: Pipeline; names: string[] };

export function parseTemplate(source: string): Node[] {
  const reader = new Reader(splitTemplate(source));
  const { nodes, ended } = reader.block();
  if (ended !== undefined) throw bad(`unexpected {{${ended}}}`);
  return nodes;
}

const blocks = new Set(['if', 'with', 'range']);

class Reader {
  readonly #pieces: Piece[];
  #at = 0;

  constructor(pieces: Piece[]) {
    this.#pieces = pieces;
  }

  /** Nodes up to `end` or `else`, which is told with what follows it. */
  block(): { nodes: Node[]; ended?: string; rest?: string[] } {
    const nodes: Node[] = [];
    for (;;) {
      const piece = this.#pieces[this.#at++];
      if (!piece) return { nodes };
      if (piece.kind === 'text') {
        if (piece.text !== '') nodes.push({ kind: 'text', text: piece.text });
        continue;
      }
      const [word = '', ...rest] = piece.tokens;
      if (word === 'end' || word === 'else') return { nodes, ended: word, rest };
      if (/^(define|template|block|break|continue)$/.test(word)) throw bad(`{{${word}}} is not built`);
      if (blocks.has(word)) nodes.push(this.#control(word as 'if' | 'with' | 'range', rest));
      else nodes.push({ kind: 'print', pipeline: parsePipeline(piece.tokens) });
    }
  }

  #control(kind: 'if' | 'with' | 'range', tokens: string[]): Node {
    const pipeline = parsePipeline(tokens);
    const body = this.block();
    if (body.ended === undefined) throw bad('unexpected EOF');
    const otherwise = body.ended === 'else' ? this.#otherwise(body.rest ?? []) : [];
    return { kind, pipeline, body: body.nodes, otherwise };
  }

  /** What follows `{{else`: another condition, or the rest up to `{{end}}`. */
  #otherwise([word, ...rest]: string[]): Node[] {
    if (word === 'if' || word === 'with') return [this.#control(word, rest)];
    const { nodes, ended } = this.block();
    if (ended !== 'end') throw bad('unexpected EOF');
    return nodes;
  }
}

function parsePipeline(tokens: readonly string[]): Pipeline {
  const rest = [...tokens];
  const pipeline = readPipeline(rest);
  if (rest.length > 0) throw bad(`unexpected "${rest[0]}"`);
  return pipeline;
}

/** Takes tokens from the front, up to a closing parenthesis. */
function readPipeline(tokens: string[]): Pipeline {
  const { variables, declares } = readVariables(tokens);
  const commands: Operand[][] = [[]];
  while (tokens.length > 0 && !tokens[0]?.startsWith(')')) {
    const token = tokens.shift() ?? '';
    if (token === '|') commands.push([]);
    else commands.at(-1)?.push(readOperand(token, tokens));
  }
  if (commands.some((command) => command.length === 0)) throw bad('missing value for command');
  return { variables, declares, commands };
}

function readVariables(tokens: string[]): { variables: string[]; declares: boolean } {
  const at = tokens[1] === ',' ? 3 : 1;
  const sign = tokens[at];
  if (!tokens[0]?.startsWith('$') || (sign !== ':=' && sign !== '=')) return { variables: [], declares: false };
  const variables = at === 3 ? [tokens[0], tokens[2] ?? ''] : [tokens[0]];
  tokens.splice(0, at + 1);
  return { variables, declares: sign === ':=' };
}

function readOperand(token: string, rest: string[]): Operand {
  if (token === '(') {
    const pipeline = readPipeline(rest);
    if (rest.shift() !== ')') throw bad('unclosed left paren');
    const names = rest[0]?.startsWith(').') ? (rest.shift() ?? '').slice(2).split('.') : [];
    return { kind: 'group', pipeline, names };
  }
  if (token.startsWith('"')) return { kind: 'literal', value: JSON.parse(token) as unknown };
  if (token.startsWith('`') || token.startsWith("'")) return { kind: 'literal', value: token.slice(1, -1) };
  if (/^[-+]?\d/.test(token)) return { kind: 'literal', value: Number(token) };
  if (token.startsWith('.')) return { kind: 'field', names: token.slice(1).split('.').filter(Boolean) };
  if (token.startsWith('$')) {
    const [name = '$', ...names] = token.split('.');
    return { kind: 'variable', name, names };
  }
  if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' };
  if (token === 'nil') return { kind: 'literal', value: undefined };
  if (/^\w+$/.test(token)) return { kind: 'function', name: token };
  throw bad(`unexpected "${token}"`);
}

function bad(reason: string): UsageError {
  return new UsageError(`template parsing error: template: :1: ${reason}`, 64);
}
