const day = 24;

/** Docker's words for a span of time, as in `CREATED` and `STATUS`: HumanDuration of docker/go-units. */
export function describeDuration(milliseconds: number): string {
  // Clocks that disagree make spans negative: those are nothing.
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.round(seconds / 3600);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return 'About an hour';
  if (hours < 2 * day) return `${hours} hours`;
  if (hours < 14 * day) return `${Math.floor(hours / day)} days`;
  if (hours < 60 * day) return `${Math.floor(hours / day / 7)} weeks`;
  if (hours < 730 * day) return `${Math.floor(hours / day / 30)} months`;
  return `${Math.floor(hours / day / 365)} years`;
}

/** How long ago an ISO 8601 time was: `3 hours ago`. */
export function describeAge(time: string, now: number): string {
  return `${describeDuration(now - Date.parse(time))} ago`;
}
