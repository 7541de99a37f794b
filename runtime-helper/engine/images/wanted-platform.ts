import { arch } from 'node:os';
import { SkiffError } from '../../lib/errors.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { fit, formatPlatform, hostPlatform, parsePlatform, type Platform } from '../../oci/platform.ts';
import { phrase } from '../../lib/phrase.ts';

/** `explicit`: somebody has named it. */
export type WantedPlatform = { platform: Platform; explicit: boolean };

/** `os/architecture[/variant]`; absent: this machine's. Throws invalid-argument. */
export function wantedPlatform(text: string | undefined): WantedPlatform {
  const here = hostPlatform(arch());
  return text === undefined
    ? { platform: here, explicit: false }
    : { platform: parsePlatform(text, here), explicit: true };
}

/** What the image is for. What it doesn't say is this machine's. */
export function platformOf({ os, architecture, variant }: ImageConfig): Platform {
  const here = hostPlatform(arch());
  const actual = { os: os || here.os, architecture: architecture || here.architecture };
  return { ...actual, ...(variant === undefined ? {} : { variant }) };
}

/** Throws not-found when another platform was asked for than the image is for. */
export function assertPlatform(config: ImageConfig, { platform, explicit }: WantedPlatform, what: string): void {
  const actual = platformOf(config);
  if (explicit && fit(actual, platform) === 0)
    throw new SkiffError(
      'not-found',
      phrase('{0}: wanted {1}, actual: {2}', what, formatPlatform(platform), formatPlatform(actual)),
    );
}
