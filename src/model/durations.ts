import { t } from './l10n.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;
const month = 30 * day;
const year = 365 * day;

/**
 * A span of time in Docker's words ("42 seconds", "About an hour"), after HumanDuration of docker/go-units.
 *
 * Negative spans (clocks that disagree) count as nothing.
 */
export function describeDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 1) return t('Less than a second');
  if (seconds === 1) return t('1 second');
  if (seconds < minute) return t('{0} seconds', seconds);
  if (seconds < 2 * minute) return t('About a minute');
  if (seconds < hour) return t('{0} minutes', Math.floor(seconds / minute));
  const hours = Math.floor(seconds / hour + 0.5);
  if (hours === 1) return t('About an hour');
  if (hours < 48) return t('{0} hours', hours);
  return describeDays(hours * hour);
}

function describeDays(seconds: number): string {
  if (seconds < 2 * week) return t('{0} days', Math.floor(seconds / day));
  if (seconds < 2 * month) return t('{0} weeks', Math.floor(seconds / week));
  if (seconds < 2 * year) return t('{0} months', Math.floor(seconds / month));
  return t('{0} years', Math.floor(seconds / year));
}
