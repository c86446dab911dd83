import type {
  ForgetResult,
  GapBounds,
  HearResult,
  HistoryImportResult,
  LoginResult,
  PushResult,
} from '../core/events.ts';
import type { Words } from './print.ts';

export const loginWords: Words<LoginResult> = ({ account, name, scopes, expiresAt }) => [
  `Logged in as ${name ?? account}, until ${expiresAt.slice(0, 10)}.`,
  `  granted: ${scopes.join(', ')}`,
];

export const listenWords: Words<HearResult> = ({ from, to, received, skipped, added, gaps, learned }) => [
  from === null
    ? 'Heard: nothing yet.'
    : `Heard from ${from} to ${to ?? from}: Spotify reported ${received} plays, ${added} of them new.`,
  ...(skipped > 0
    ? [`  left out: ${skipped} (local files, entries without a track, and what cannot be read)`]
    : []),
  ...(learned && learned.asked > 0
    ? [`  audio features: ${learned.known} of ${learned.asked} tracks that were asked for are known now`]
    : []),
  ...(learned?.stopped ? [`  the others are asked for the next time: ${learned.stopped}`] : []),
  ...gapWords(gaps),
];

export const historyImportWords: Words<HistoryImportResult> = (result) => [
  ...result.files.map(({ path, layout, rows }) => `Read ${rows} rows of ${path} (${layout}).`),
  `Imported ${result.plays} plays: ${result.added} new, ${result.matched} that another source had reported, ${result.known} known.`,
  `  left out: ${result.dropped.short} plays under 30 s, ${result.dropped.notMusic} that are not music, ${result.dropped.local} of local files`,
  ...result.rejected
    .slice(0, 3)
    .map(({ file, line, reason }) => `  not read: ${file}, record ${line}: ${reason}`),
  ...(result.rejectedCount > 3 ? [`  ${result.rejectedCount} not read in all`] : []),
  ...gapWords(result.gaps),
];

export const pushWords: Words<PushResult> = ({ name, url, songs }) => [
  `Pushed ${songs} songs to "${name}": ${url}`,
];

export const forgetWords: Words<ForgetResult> = ({ plays, gaps, playlists, days }) => [
  `Forgot ${plays} plays, ${gaps} gaps, ${playlists} pushed playlists, ${days} days of the lake, and the login.`,
];

const gapWords = (gaps: GapBounds[]): string[] => {
  if (gaps.length === 0) return [];
  const first = gaps.slice(0, 3).map(({ after, before }) => `  from ${after} to ${before}`);
  return [
    `Gaps where plays may be missing: ${gaps.length}. A privacy export can fill them (soundalike import):`,
    ...first,
    ...(gaps.length > first.length ? [`  and ${gaps.length - first.length} more`] : []),
  ];
};
