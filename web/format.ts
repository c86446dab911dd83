const significant = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const hundredths = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** What stands for a number that is not known. */
export const UNKNOWN = '–';

/** A number that was counted. */
export const count = (value: number | null): string => (value === null ? UNKNOWN : whole.format(value));

/** A number and what was counted: "1 track", "2 tracks". */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** A distance, a nearness or a score: four digits. */
export const figure = (value: number | null): string =>
  value === null ? UNKNOWN : significant.format(value);

/** A share from 0 to 1, per cent. */
export const percent = (share: number | null): string =>
  share === null ? UNKNOWN : `${whole.format(share * 100)} %`;

/** US dollars. */
export const dollars = (value: number): string =>
  value > 0 && value < 0.01 ? 'less than $0.01' : `$${hundredths.format(value)}`;

/** A mean of an audio feature in its unit. */
export function featureValue(feature: string, value: number | null): string {
  if (value === null) return UNKNOWN;
  if (feature === 'loudness') return `${tenths.format(value)} dB`;
  // The mean of 0 for minor and 1 for major.
  if (feature === 'mode') return `${percent(value)} major`;
  if (feature === 'tempo') return `${whole.format(value)} BPM`;
  if (feature !== 'duration_ms') return hundredths.format(value);
  const seconds = Math.round(value / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const NOTES = ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'];

/** A track's value of an audio feature; Spotify numbers keys by semitones from C, with -1 for none. */
export function trackValue(feature: string, value: number | null): string {
  if (feature === 'key') return NOTES[value ?? -1] ?? UNKNOWN;
  if (feature === 'mode' && value !== null) return value === 1 ? 'major' : 'minor';
  return featureValue(feature, value);
}

/** A day, yyyy-mm-dd; what is no day stays as it is. */
export function day(date: string): string {
  const parsed = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(parsed.getTime()) ? date : days.format(parsed);
}

/** A time, ISO 8601; what is no time stays as it is. */
export function time(iso: string): string {
  const parsed = new Date(iso);
  return Number.isNaN(parsed.getTime()) ? iso : `${times.format(parsed)} UTC`;
}

/** Where Spotify plays a song; null where the id is not one of Spotify's. */
export const songUrl = (id: string): string | null =>
  /^[0-9A-Za-z]{22}$/.test(id) ? `https://open.spotify.com/track/${id}` : null;
