/** A network in words. Pure. */
import type { NetworkMember, NetworkSummary } from '../../runtime-helper/protocol/types.ts';
import { cleanLine } from './clean-text.ts';
import { t } from './l10n.ts';

/** "10.87.3.0/24 · internal · 2 containers" */
export function describeNetwork({ driver, subnet, subnet6, internal, containers }: NetworkSummary): string {
  const running = containers.filter(isOn).length;
  const count = driver === 'bridge' ? running : containers.length;
  return [
    ...(subnet === undefined ? [driver === 'null' ? t('no network') : driver] : [subnet]),
    ...(subnet6 === undefined ? [] : [subnet6]),
    ...(internal ? [t('internal')] : []),
    ...(count > 0 ? [count === 1 ? t('1 container') : t('{0} containers', count)] : []),
  ].join(' · ');
}

/** "10.87.3.2", or that it has no address as long as it does not run. */
export function describeMember({ ipv4, ipv6 }: NetworkMember, { driver }: Pick<NetworkSummary, 'driver'>): string {
  const addresses = [ipv4, ipv6].filter((address) => address !== undefined);
  if (driver !== 'bridge') return '';
  return addresses.length > 0 ? addresses.join(' · ') : t('not running');
}

export function displayMember({ id, name }: NetworkMember): string {
  return cleanLine(name) || id.slice(0, 12);
}

export const isOn = ({ ipv4 }: NetworkMember): boolean => ipv4 !== undefined;
