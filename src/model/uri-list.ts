/** The MIME type of what is dragged and dropped as a list of URIs (RFC 2483, 5). Pure. */
export const uriList = 'text/uri-list';

export function parseUriList(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
}

export function formatUriList(uris: readonly string[]): string {
  return uris.join('\r\n');
}
