import { UsageError } from './usage-error.ts';

const names = new Set(
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(' '),
);

/** `nofile=1024`, `nofile=1024:2048`; -1 is no limit. */
export function parseUlimit(text: string): { name: string; soft: number; hard: number } {
  const [, name = '', soft, hard] = /^(\w+)=(-1|\d+)(?::(-1|\d+))?$/.exec(text) ?? [];
  if (soft === undefined) throw invalid(text, `invalid ulimit argument: ${text}`);
  if (!names.has(name)) throw invalid(text, `invalid ulimit type: ${name}`);
  const limit = { name, soft: Number(soft), hard: Number(hard ?? soft) };
  if (limit.hard !== -1 && (limit.soft > limit.hard || limit.soft === -1))
    throw invalid(text, `ulimit soft limit must be less than or equal to hard limit: ${limit.soft} > ${limit.hard}`);
  return limit;
}

const invalid = (text: string, reason: string): UsageError =>
  new UsageError(`invalid argument "${text}" for "--ulimit" flag: ${reason}`, 125);
