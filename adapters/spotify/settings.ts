import * as z from 'zod';
import { UsageError } from '../../core/errors.ts';
import { ENVIRONMENT } from '../../core/names.ts';

/** How to reach Spotify and ReccoBeats. */
export interface SpotifySettings {
  /** Base URLs. */
  accountsUrl: string;
  apiUrl: string;
  reccobeatsUrl: string;
  /** ISO 3166-1 alpha-2. */
  market: string;
  /** Requests a UTC day, shared by all functions. */
  dailyRequests: number;
}

const schema = z.object({
  [ENVIRONMENT.spotifyAccountsUrl]: z.url().default('https://accounts.spotify.com'),
  [ENVIRONMENT.spotifyApiUrl]: z.url().default('https://api.spotify.com/v1'),
  [ENVIRONMENT.reccobeatsApiUrl]: z.url().default('https://api.reccobeats.com/v1'),
  [ENVIRONMENT.spotifyMarket]: z
    .string()
    .regex(/^[A-Z]{2}$/, 'expected a country as two capital letters')
    .default('US'),
  [ENVIRONMENT.spotifyDailyRequests]: z.coerce.number().int().positive().default(1000),
});

/** Reads the settings from environment variables. Throws `UsageError` that names the variable, never its value. */
export function spotifySettings(environment: NodeJS.ProcessEnv): SpotifySettings {
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(
      `${issue?.path.join('.')}: ${issue?.message}`,
      'correct the variable, or unset it for its default',
    );
  }
  const settings = parsed.data;
  return {
    accountsUrl: settings[ENVIRONMENT.spotifyAccountsUrl],
    apiUrl: settings[ENVIRONMENT.spotifyApiUrl],
    reccobeatsUrl: settings[ENVIRONMENT.reccobeatsApiUrl],
    market: settings[ENVIRONMENT.spotifyMarket],
    dailyRequests: settings[ENVIRONMENT.spotifyDailyRequests],
  };
}
