/** A container's columns in Docker's words. */
import type { Container, HealthStatus } from '../engine/index.ts';
import { describeAge, describeDuration } from './durations.ts';

/** `Up 42 seconds`, `Exited (0) 3 hours ago`, `Created`. `now` in milliseconds since the epoch. */
export function describeStatus(state: Container['state'], now: number): string {
  switch (state.status) {
    case 'created':
      return 'Created';
    case 'dead':
      return 'Dead';
    case 'running': {
      const up = `Up ${describeDuration(now - Date.parse(state.startedAt))}`;
      return state.health === undefined
        ? up
        : `${up} (${state.health === 'starting' ? 'health: starting' : state.health})`;
    }
    case 'paused':
      return `Up ${describeDuration(now - Date.parse(state.startedAt))} (Paused)`;
    case 'restarting':
      return `Restarting (${state.exitCode}) ${describeAge(state.finishedAt, now)}`;
    case 'exited':
      return `Exited (${state.exitCode}) ${describeAge(state.finishedAt, now)}`;
  }
}

/** As Docker, to which a container that is not asked any more is not well. */
export function healthOf({ healthcheck, state }: Pick<Container, 'healthcheck' | 'state'>): HealthStatus | 'none' {
  if ('health' in state && state.health !== undefined) return state.health;
  const isAsked = healthcheck !== undefined && healthcheck.test.length > 0 && healthcheck.test[0] !== 'NONE';
  return isAsked && state.status !== 'created' ? 'unhealthy' : 'none';
}

/** As Docker's daemon writes argv on one line: words with a space in single quotes, and nothing escaped. */
export function commandLine([program = '', ...args]: readonly string[]): string {
  return [program, ...args.map((argument) => (argument.includes(' ') ? `'${argument}'` : argument))].join(' ');
}

const escapes = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

/** Go's strconv.Quote: what can't be printed, or would steer a terminal, is escaped. */
export function quote(text: string): string {
  return `"${Array.from(text, quoteCharacter).join('')}"`;
}

function quoteCharacter(character: string): string {
  const escape = escapes.get(character);
  if (escape !== undefined) return escape;
  if (character === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
