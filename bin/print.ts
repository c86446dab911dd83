import { estimateWords } from '../core/budget.ts';
import type {
  AddResult,
  CollectResult,
  DoctorResult,
  Dropped,
  ImportResult,
  ListResult,
  NamedArtist,
  RecommendedSong,
  RecommendResult,
  RemoveResult,
  RunResult,
  SimilarityResult,
  SimilarResult,
  Sources,
} from '../core/events.ts';

/** A result in words, for people; `--json` has all of it. `stack` is the deployed stack where it comes from one. */
export type Words<T> = (result: T, stack?: string) => string[];

export const collectWords: Words<CollectResult> = (result) => [
  result.done
    ? `Collected ${result.date}: ${counts(result)}, with ${result.requests} requests.`
    : `Not done yet with ${result.date}: ${counts(result)} so far.`,
  ...sourceWords(result.sources),
  ...droppedWords(result),
];

export const similarityWords: Words<SimilarityResult> = (result) => [
  `Compared ${result.artists} artists of ${result.date} by ${result.features.join(', ')}: ${result.pairs} pairs${result.published ? ', published' : ''}.`,
  ...droppedWords(result),
  ...nearestWords(result.nearest),
];

export const runWords: Words<RunResult> = (result, stack) => [
  `Collected ${result.date}: ${counts(result)}, with ${result.requests} requests.`,
  ...sourceWords(result.sources),
  `Compared ${result.artists.compared} of ${result.artists.asked} artists: ${result.pairs} pairs${result.published ? ', published' : ''}.`,
  ...droppedWords(result),
  ...nearestWords(result.nearest),
  ...result.nearest.slice(-1).map(({ artist }) => `Ask on: ${command(`similar "${artist.name}"`, stack)}`),
  ...(result.report
    ? [`Look at it: ${command('explore', stack)}, or ${result.report.page} in the lake`]
    : []),
  ...(result.recommended && result.recommended.songs.length > 0
    ? [
        `What to hear next, from the ${result.recommended.heard} songs heard lately:`,
        ...result.recommended.songs.map(songWords),
        `All of them: ${command('recommend', stack)}`,
      ]
    : []),
];

export const similarWords: Words<SimilarResult> = ({ artist, date, method, neighbours }) => [
  `Who sounds like ${artist.name} (${date}, ${method}):`,
  ...neighbours.map(({ rank, name, distance, reasons, confidence }) => {
    const alike = reasons.slice(0, 2).map(({ feature }) => feature);
    const apart = reasons.at(-1);
    const gap =
      apart && distance > 0
        ? `; ${apart.feature} differs most (${figure(apart.a)} and ${figure(apart.b)})`
        : '';
    const near = alike.length > 0 ? `: alike in ${alike.join(' and ')}${gap}` : '';
    const sure = confidence === null ? '' : ` [${Math.round(confidence * 100)} % sure]`;
    return `${String(rank).padStart(4)}  ${distance.toFixed(4)}  ${name}${near}${sure}`;
  }),
];

export const listWords: Words<ListResult> = ({ artists }) => [
  ...artists.map(
    ({ id, name, genres, followed }) =>
      `${id}  ${name}${genres.length > 0 ? ` (${genres.join(', ')})` : ''}${followed ? '' : ' [not followed]'}`,
  ),
  `${artists.filter(({ followed }) => followed).length} artists followed, ${artists.length} known.`,
];

export const addWords: Words<AddResult> = ({
  added,
  known,
  ambiguous,
  notFound,
  unavailable = [],
  collection,
}) => [
  ...added.map(({ id, name }) => `Added ${name} (${id}).`),
  ...known.map(({ id, name }) => `${name} (${id}) is followed already.`),
  ...ambiguous.map(
    ({ query, candidates }) =>
      `"${query}" could be ${candidates.map(({ id, name }) => `${name} (${id})`).join(', ')}.`,
  ),
  ...notFound.map((query) => `Nobody found for "${query}".`),
  ...unavailable.map(({ query, detail }) => `"${query}" could not be looked up: ${detail}`),
  // A stack that was deployed before there were any gives none.
  ...(collection ? [`${capital(estimateWords(collection))}.`] : []),
];

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

export const importWords: Words<ImportResult> = (
  { date, files, artists, tracks, features, merged, datasets, models, notSongs, rejected, rejectedCount },
  stack,
) => [
  ...files.map(
    ({ path, layout, rows, encoding }) =>
      `Read ${rows} rows of ${path} (${layout}${encoding ? `, written in ${encoding}` : ''}).`,
  ),
  ...(tracks > 0
    ? [`Imported for ${date}: ${artists} artists, ${tracks} tracks, ${features} with audio features.`]
    : []),
  ...(merged
    ? [
        `  spelled in several ways and taken as one each, by name alone: ${merged.artists} artist${merged.artists === 1 ? '' : 's'}, such as ${merged.spellings.map((spellings) => spellings.join(' = ')).join('; ')}`,
      ]
    : []),
  ...datasets.map(
    ({ name, playlists, entries }) =>
      `Imported as playlists "${name}": ${playlists} playlist${playlists === 1 ? '' : 's'} with ${entries} songs.`,
  ),
  ...models.map(
    ({ name, rows, size }) =>
      `Imported as the model ${name}: vectors of ${rows} tracks, ${size} numbers each.`,
  ),
  ...(notSongs > 0 ? [`  left out: ${notSongs} entries that are no songs of Spotify's`] : []),
  ...rejected.slice(0, 3).map(({ file, line, reason }) => `  left out: ${file}, line ${line}: ${reason}`),
  ...(rejectedCount > 3 ? [`  ${rejectedCount} rows left out in all`] : []),
  ...(features > 0 ? [`Compare them: ${command(`similarity --date ${date}`, stack)}`] : []),
  ...(tracks > 0 && features === 0
    ? [
        `No track has audio features yet, which a comparison needs: import a table with features together with it, or follow artists and collect: ${command('artists add', stack)}`,
      ]
    : []),
  ...(datasets.length > 0 ? [`Train on the playlists: ${command('train', stack)}`] : []),
  ...(models.length > 0 ? [`Use the model: ${command('recommend', stack)}`] : []),
];

export const removeWords: Words<RemoveResult> = ({ removed }) => [`Removed ${removed.length} artists.`];

export const doctorWords: Words<DoctorResult> = ({ checks }) =>
  checks.flatMap(({ name, ok, detail, remedy }) => [
    `${ok ? '✓' : '✗'} ${name}: ${detail}`,
    ...(remedy === null ? [] : [`    ${remedy}`]),
  ]);

export const recommendWords: Words<RecommendResult> = (result) => {
  const { songs, from, to, plays, heard, unknown, unknownCount, gone, playlist } = result;
  return [
    `What to hear next, by ${METHODS[result.method]}, from ${plays} plays of ${heard} songs (${from.slice(0, 10)} to ${to.slice(0, 10)}):`,
    ...(songs.length === 0 ? ['  nothing'] : songs.map(songWords)),
    ...(unknownCount > 0
      ? [`  nothing near is known of ${unknownCount} of them: ${firstOf(unknown, unknownCount)}`]
      : []),
    ...(gone.length > 0
      ? [`  left out, since Spotify no longer has them: ${firstOf(gone, gone.length)}`]
      : []),
    ...(playlist ? [`Pushed to your playlist: ${playlist.url}`] : []),
  ];
};

const METHODS = {
  sound: 'sound',
  playlists: 'vectors of playlists',
  items: 'shared playlists',
  both: 'sound and vectors of playlists',
} as const satisfies Record<RecommendResult['method'], string>;

type TellsSong = Pick<RecommendedSong, 'name' | 'artist' | 'nearness' | 'method' | 'because'>;

const songWords = ({ name, artist, nearness, method, because }: TellsSong, place: number): string =>
  `${String(place + 1).padStart(4)}  ${name}${artist && ` by ${artist}`}: because of ${because.name} (${nearness.toFixed(2)} by ${METHODS[method]})`;

const firstOf = (songs: readonly { name: string }[], count: number): string => {
  const first = songs.slice(0, 3).map(({ name }) => name);
  return `${first.join(', ')}${count > first.length ? ` and ${count - first.length} more` : ''}`;
};

const command = (words: string, stack: string | undefined): string =>
  `npx soundalike ${words}${stack === undefined ? '' : ` --stack ${stack}`}`;

const counts = ({
  artists,
  tracks,
  features,
}: Pick<CollectResult, 'artists' | 'tracks' | 'features'>): string =>
  `${artists.collected} of ${artists.asked} artists, ${tracks} tracks, ${features} with audio features`;

const sourceWords = ({ tracks, features }: Sources): string[] => {
  const from = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([source, n]) => `${n} from ${source}`)
      .join(', ');
  return [`  tracks: ${from(tracks) || 'none'}; audio features: ${from(features) || 'none'}`];
};

const droppedWords = ({ dropped, droppedCount }: { dropped: Dropped[]; droppedCount: number }): string[] => {
  if (droppedCount === 0) return [];
  const first = dropped.slice(0, 3).map(({ name, reason }) => `${name} (${reason})`);
  const others = droppedCount - first.length;
  return [`  left out: ${first.join(', ')}${others > 0 ? ` and ${others} more` : ''}`];
};

const nearestWords = (
  nearest: { artist: NamedArtist; y_artist: NamedArtist; distance: number }[],
): string[] =>
  nearest.length === 0
    ? []
    : [
        'The closest pairs:',
        ...nearest.map(
          ({ artist, y_artist, distance }) => `  ${distance.toFixed(4)}  ${artist.name} and ${y_artist.name}`,
        ),
      ];

const figure = (value: number): string => String(Number(value.toPrecision(3)));
