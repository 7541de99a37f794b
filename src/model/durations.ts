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
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < minute) return `${seconds} seconds`;
  if (seconds < 2 * minute) return 'About a minute';
  if (seconds < hour) return `${Math.floor(seconds / minute)} minutes`;
  const hours = Math.floor(seconds / hour + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  return describeDays(hours * hour);
}

function describeDays(seconds: number): string {
  if (seconds < 2 * week) return `${Math.floor(seconds / day)} days`;
  if (seconds < 2 * month) return `${Math.floor(seconds / week)} weeks`;
  if (seconds < 2 * year) return `${Math.floor(seconds / month)} months`;
  return `${Math.floor(seconds / year)} years`;
}
