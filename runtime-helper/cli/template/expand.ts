import { UsageError } from '../usage-error.ts';
import { display, functions, isTrue } from './functions.ts';
import type { Node, Operand, Pipeline } from './parse.ts';
import { isMap, Nil } from './values.ts';

/** Runs a template on a value. Throws UsageError for a field or function that is not there. */
export function expandTemplate(nodes: readonly Node[], value: unknown): string {
  return expand(nodes, { dot: value, variables: new Map([['$', value]]) });
}

type Scope = { dot: unknown; variables: Map<string, unknown> };

function expand(nodes: readonly Node[], scope: Scope): string {
  return nodes.map((node) => expandNode(node, scope)).join('');
}

function expandNode(node: Node, scope: Scope): string {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'range') return expandRange(node, scope);
  const value = evaluate(node.pipeline, scope);
  if (node.kind === 'print') {
    if (node.pipeline.variables.length === 0) return display(value);
    assign(node.pipeline, [value], scope);
    return '';
  }
  const inner = { dot: node.kind === 'with' && isTrue(value) ? value : scope.dot, variables: new Map(scope.variables) };
  assign(node.pipeline, [value], inner);
  return expand(isTrue(value) ? node.body : node.otherwise, inner);
}

function expandRange(node: Extract<Node, { pipeline: Pipeline; body: Node[] }>, scope: Scope): string {
  const entries = entriesOf(evaluate(node.pipeline, scope));
  if (entries.length === 0) return expand(node.otherwise, scope);
  return entries
    .map(([key, value]) => {
      const inner = { dot: value, variables: new Map(scope.variables) };
      assign(node.pipeline, node.pipeline.variables.length === 2 ? [key, value] : [value], inner);
      return expand(node.body, inner);
    })
    .join('');
}

/** Maps in the order of their keys, as Go has it. */
function entriesOf(value: unknown): [unknown, unknown][] {
  if (Array.isArray(value)) return value.map((one, at): [unknown, unknown] => [at, one]);
  if (typeof value !== 'object' || value === null || value instanceof Nil) return [];
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function assign({ variables }: Pipeline, values: readonly unknown[], scope: Scope): void {
  variables.forEach((name, at) => scope.variables.set(name, values[at]));
}

/** The result of a command is the last argument of the next. */
function evaluate({ commands }: Pipeline, scope: Scope): unknown {
  let result: { value: unknown } | undefined;
  for (const [head, ...words] of commands) {
    if (!head) continue;
    const args = [...words.map((word) => operand(word, scope)), ...(result ? [result.value] : [])];
    result = { value: call(head, args, scope) };
  }
  return result?.value;
}

function call(head: Operand, args: unknown[], scope: Scope): unknown {
  if (head.kind === 'function') return named(head.name)(...args);
  const value = operand(head, scope);
  // A method, like `.Label "name"`.
  if (typeof value === 'function') return (value as (...args: unknown[]) => unknown)(...args);
  if (args.length > 0) throw new UsageError("template: can't give argument to non-function", 1);
  return value;
}

function named(name: string): (...args: unknown[]) => unknown {
  const found = functions.get(name);
  if (!found) throw new UsageError(`template parsing error: template: :1: function "${name}" not defined`, 64);
  return found;
}

function operand(word: Operand, scope: Scope): unknown {
  switch (word.kind) {
    case 'literal':
      return word.value;
    case 'field':
      return fieldOf(scope.dot, word.names);
    case 'variable':
      if (!scope.variables.has(word.name)) throw new UsageError(`template: undefined variable "${word.name}"`, 64);
      return fieldOf(scope.variables.get(word.name), word.names);
    case 'function':
      return named(word.name)();
    case 'group':
      return fieldOf(evaluate(word.pipeline, scope), word.names);
  }
}

function fieldOf(value: unknown, names: readonly string[]): unknown {
  let inside = value;
  for (const name of names) {
    const isObject = typeof inside === 'object' && inside !== null;
    if (isObject && Object.hasOwn(inside as object, name)) inside = (inside as Record<string, unknown>)[name];
    // A key that a map has not is no value, and so is all that would be inside it.
    else if (isObject && isMap(inside as object)) return undefined;
    else throw new UsageError(`template: can't evaluate field ${name} in .${names.join('.')}`, 1);
  }
  return inside;
}
