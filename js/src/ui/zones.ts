/** Time zones, as the browser knows them. */

export interface ZoneGroup {
  region: string;
  zones: readonly [name: string, words: string][];
}

/** All zones by region, with one more where the browser does not know it. */
export function zoneGroups(chosen: string): ZoneGroup[] {
  const names = new Set([chosen, 'UTC', ...Intl.supportedValuesOf('timeZone')]);
  const groups = new Map<string, [string, string][]>();
  for (const name of [...names].sort()) {
    const [region = '', ...place] = name.split('/');
    const group = place.length > 0 ? region : '';
    const words = (place.length > 0 ? place.join(', ') : name).replaceAll('_', ' ');
    groups.set(group, [...(groups.get(group) ?? []), [name, words]]);
  }
  return [...groups].sort().map(([region, zones]) => ({ region, zones }));
}

export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** What a clock on a wall shows there; empty where the browser does not know the zone. */
export function timeThere(now: number, zone: string, locale?: string): string {
  try {
    return new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone: zone }).format(now);
  } catch {
    return '';
  }
}
