/** What may be typed for an option of a new container. The helper has the last word; here what is plainly wrong is told while it is typed. */
import { splitCommand } from './command-line.ts';
import { t } from './l10n.ts';

/** Tells what is wrong with a text; nothing: it may stand. */
type Check = (text: string) => string | undefined;

export const portProblem: Check = (text) => {
  const [, host = '', port = ''] =
    /^(?:(?:\[[\da-f:.]+\]|[\d.]*):)?(?:([\d-]*):)?(\d+(?:-\d+)?)(?:\/(?:tcp|udp|sctp))?$/i.exec(text) ?? [];
  if (port === '') return t('“{0}” is not HOST:CONTAINER, such as 8080:80 or 127.0.0.1:5353:53/udp.', text);
  const numbers = [...host.split('-'), ...port.split('-')].filter((one) => one !== '').map(Number);
  return numbers.some((number) => number > 65_535) ? t('Ports end at 65535: “{0}”.', text) : undefined;
};

export const volumeProblem: Check = (text) => {
  const [source = '', target = source, ...more] = text.split(':');
  if (/^[.~]/.test(source)) return t('“{0}” must be a whole path, or the name of a volume.', source);
  if (!target.startsWith('/') || more.length > 1)
    return t('“{0}” is not SOURCE:TARGET, such as data:/var/lib/data.', text);
  return undefined;
};

export const variableProblem: Check = (text) =>
  /^[^=\s]+=/.test(text) ? undefined : t('“{0}” is not NAME=VALUE.', text);

export const memoryProblem: Check = (text) =>
  /^\d+(?:\.\d+)?\s*[bkmgt]?b?$/i.test(text) ? undefined : t('A number with a unit, such as 512m or 2g.');

export const cpusProblem: Check = (text) =>
  /^\d*\.?\d+$/.test(text) && Number(text) > 0 ? undefined : t('A number of processors, such as 1.5.');

export const countProblem: Check = (text) => (/^[1-9]\d{0,8}$/.test(text) ? undefined : t('A whole number.'));

export const pathProblem: Check = (text) => (text.startsWith('/') ? undefined : t('A path that begins with /.'));

export const wordProblem: Check = (text) => (/^\S+$/.test(text) ? undefined : t('One word.'));

/** Words of a line, each of which must pass. */
export function wordsProblem(line: string, check: Check): string | undefined {
  const split = splitCommand(line);
  if ('error' in split) return split.error;
  return split.words.map(check).find((problem) => problem !== undefined);
}

export function wordsIn(line: string): string[] {
  const split = splitCommand(line);
  return 'words' in split ? split.words : [];
}
