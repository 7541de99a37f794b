/** What Docker's commands do to a container in each of its states. */

export const states = ['created', 'running', 'paused', 'restarting', 'exited', 'dead'] as const;
export type State = (typeof states)[number];
/** The state after it, Docker's refusal, or that the command goes on for as long as the container. */
export type Effect = State | 'gone' | 'stays' | RegExp;

export type Command = {
  /** Before the container's name, and behind it. */
  args: readonly string[];
  after: readonly string[];
  in: Record<State, Effect>;
};
type Effects = readonly [Effect, Effect, Effect, Effect, Effect, Effect];

const idle = /is not running/;
const notPaused = /is not paused/;
const between = /is restarting/;
const marked = /is marked for removal/;
const toAttach = (state: string): RegExp => new RegExp(`cannot attach to a ${state} container`, 'i');
const unchanged = ['created', 'running', 'paused', 'restarting', 'exited', 'dead'] as const;

export const commands = {
  start: row(['start'], ['running', 'running', /cannot start a paused container/, 'restarting', 'running', marked]),
  stop: row(['stop', '-t', '0'], ['created', 'exited', 'exited', 'exited', 'exited', 'dead']),
  restart: row(['restart', '-t', '0'], ['running', 'running', 'running', 'running', 'running', marked]),
  kill: row(['kill'], [idle, 'exited', 'exited', 'exited', idle, idle]),
  pause: row(['pause'], [idle, 'paused', /already paused/, between, idle, idle]),
  unpause: row(['unpause'], [notPaused, notPaused, 'running', notPaused, notPaused, notPaused]),
  rm: row(['rm'], ['gone', /is running: stop/, /is paused: unpause and/, /is restarting: stop/, 'gone', 'gone']),
  'rm -f': row(['rm', '-f'], ['gone', 'gone', 'gone', 'gone', 'gone', 'gone']),
  exec: row(['exec', '-d'], [idle, 'running', /unpause the container/, between, idle, idle], ['true']),
  attach: row(
    ['attach'],
    [
      ...([toAttach('stopped'), 'stays', toAttach('paused')] as const),
      ...([toAttach('restarting'), toAttach('stopped'), toAttach('stopped')] as const),
    ],
  ),
  top: row(['top'], [idle, 'running', 'paused', between, idle, idle]),
  wait: row(['wait'], ['created', 'stays', 'stays', 'stays', 'exited', 'dead']),
  rename: row(['rename'], unchanged, ['another']),
  update: row(['update', '--cpu-shares', '100'], ['created', 'running', 'paused', 'restarting', 'exited', marked]),
} satisfies Record<string, Command>;

/** `effects`: one for each of the states, in their order. */
function row(args: readonly string[], effects: Effects, after: readonly string[] = []): Command {
  const [created, running, paused, restarting, exited, dead] = effects;
  return { args, after, in: { created, running, paused, restarting, exited, dead } };
}
