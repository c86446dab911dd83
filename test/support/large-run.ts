import { batched } from '../../core/batches.ts';
import type { MapQuality, SimilarityResult } from '../../core/events.ts';
import { DEFAULT_FEATURES, FEATURES } from '../../core/features.ts';
import type { Run } from '../../core/ports.ts';
import type { Row } from '../../core/tables.ts';
import { byId } from '../../core/text.ts';
import type { Random } from '../../sample/random.ts';
import { type Machine, TODAY } from './machine.ts';
import { publishAs } from './publication.ts';
import { artistRow } from './rows.ts';

const NEIGHBOURS = 10;
const STYLES = 8;

/**
 * Puts a published run of so many artists (`artist 0`, ...) into a machine, as large as a test cannot wait for it to be
 * compared: in styles that are spots on the map, each artist's neighbours being those next to it by id.
 */
export async function putLargeRun(machine: Machine, count: number, random: Random): Promise<void> {
  const { lake, artists, runs } = machine;
  const known = Array.from({ length: count }, (_, i) =>
    artistRow(`artist${i}`, { name: `Artist ${i}`, popularity: i % 100, genres: [`genre ${i % 20}`] }),
  ).sort((a, b) => byId(a.id, b.id));
  await artists.follow(known, 'stand-in', `${TODAY}T00:00:00.000Z`);
  await lake.write('artists', TODAY, known);
  const artistFeatures = known.map(({ id }): Row<'artist_features'> => {
    const means = Object.fromEntries(FEATURES.map((feature) => [feature, random.uniform()]));
    const others = { tracks: 10, duration_ms: 200_000, playlists: null, spread: null };
    return { artist_id: id, ...means, ...others } as Row<'artist_features'>;
  });
  const relatedArtistRows = known.flatMap(({ id }, i) => {
    const near = Array.from({ length: NEIGHBOURS }, (_, r) => known[(i + r + 1) % count]?.id as string);
    return near
      .map((y_artist, r) => ({
        ...{ artist_id: id, y_artist, distance: (r + 1) / 10, rank: r + 1 },
        ...{ confidence: 1 - r / 10, reasons: null },
      }))
      .sort((a, b) => byId(a.y_artist, b.y_artist));
  });
  await lake.write('artist_features', TODAY, artistFeatures);
  await lake.write('related_artists', TODAY, relatedArtistRows);
  await lake.write(
    'artist_map',
    TODAY,
    known.map(({ id }, i) => placeOf(id, i, random)),
  );
  const result = resultOf(count);
  const id = result.run as string;
  await publishAs(machine, {
    ...{ run_id: id, dt: TODAY, method: 'mean', parameters: JSON.stringify(result) },
    artistFeatures: () => artistFeatures,
    relatedArtists: () => batched(relatedArtistRows, 10_000),
  });
  const run = (await runs.byId(id)) as Run;
  const done: Run = { ...run, status: 'done', finished_at: run.started_at, summary: JSON.stringify(result) };
  await runs.update(done, run.epoch);
  const { kind, started_at, finished_at, status, summary } = done;
  await lake.write('runs', TODAY, [{ id, kind, status, started_at, finished_at, summary }]);
}

function placeOf(artist_id: string, i: number, random: Random): Row<'artist_map'> {
  const style = i % STYLES;
  const angle = (style / STYLES) * 2 * Math.PI;
  const near = (centre: number) => Math.min(1, Math.max(0, centre + 0.06 * random.gaussian()));
  return { artist_id, x: near(0.5 + 0.35 * Math.cos(angle)), y: near(0.5 + 0.35 * Math.sin(angle)), style };
}

function resultOf(artists: number): SimilarityResult {
  const map: MapQuality = {
    ...{ k: 10, artists, trustworthiness: 0.9, kept: 0.4 },
    styles: Array.from({ length: STYLES }, (_, i) => ({ words: `style ${i}`, artists: artists / STYLES })),
  };
  const ranges = Object.fromEntries(DEFAULT_FEATURES.map((feature) => [feature, { min: 0, max: 1 }]));
  return {
    ...{ date: TODAY, run: `similarity-${TODAY}`, method: 'mean', artists, pairs: artists * NEIGHBOURS },
    ...{ features: [...DEFAULT_FEATURES], ranges, space: null, weight: null, ruler: null },
    ...{ neighbours: NEIGHBOURS, coverage: 1, published: true, dropped: [], droppedCount: 0, nearest: [] },
    ...{ scores: [], blocked: [], severalStyles: [], map, report: null, warnings: [] },
  };
}
