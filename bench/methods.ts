import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Local, openLocal } from '../bin/local.ts';
import { METHODS } from '../core/methods/method.ts';
import type { TopTrack } from '../core/ports.ts';
import type { Measured } from '../core/score/card.ts';
import { byId } from '../core/text.ts';
import { importDataset } from '../lambdas/importer/import.ts';
import { compare } from '../lambdas/similarity/compare.ts';
import { barChart } from './bar-chart.ts';

const REAL = join(import.meta.dirname, '../../shared/data');
const DATE = '2026-11-22';
/** What the plot and the table show of a score card. */
const SHOWN = ['sharedGenre@10', 'genreOverlap@10', 'heldOutPlaylistNdcg@50'];

/** The score card of each method, by how many tracks an artist has. */
type Cards = { tracks: string; method: string; scores: Measured[] }[];

/** The ten most popular tracks of each artist, ties by id. */
function tenTracks(tracks: readonly TopTrack[]): TopTrack[] {
  const popularity = ({ popularity }: TopTrack) => popularity ?? -1;
  return [...Map.groupBy(tracks, ({ artist_id }) => artist_id).values()].flatMap((own) =>
    own.sort((x, y) => popularity(y) - popularity(x) || byId(x.id, y.id)).slice(0, 10),
  );
}

async function cardsOf(local: Local, tracks: string): Promise<Cards> {
  const cards: Cards = [];
  for (const method of METHODS) {
    const { scores } = await compare({ ...local, progress: () => {} }, { date: DATE, method, dryRun: true });
    cards.push({ tracks, method, scores });
  }
  return cards;
}

const title = ({ name, k }: Measured): string => `${name}@${k}`;
const figure = (value: number): string => value.toFixed(3);

function markdownOf(cards: Cards): string {
  const lines = cards.map(({ tracks, method, scores }) => {
    const cells = SHOWN.map((shown) => {
      const measured = scores.find((score) => title(score) === shown);
      return measured ? `${figure(measured.value)} [${figure(measured.low)}, ${figure(measured.high)}]` : '';
    });
    return `| ${[tracks, method, ...cells].join(' | ')} |\n`;
  });
  return `| tracks | method | ${SHOWN.join(' | ')} |\n|---|---|${'---|'.repeat(SHOWN.length)}\n${lines.join('')}`;
}

const plotOf = (cards: Cards): string =>
  barChart({
    title: 'How well neighbours agree with what is known',
    caption: 'Means over artists with 95 % intervals (bootstrap); what each measure is: docs/method.md',
    format: figure,
    groups: SHOWN.flatMap((shown) =>
      [...new Set(cards.map(({ tracks }) => tracks))].map((tracks) => {
        const ofTracks = cards
          .filter((card) => card.tracks === tracks)
          .flatMap(({ method, scores }) =>
            scores.filter((score) => title(score) === shown).map((measured) => ({ label: method, measured })),
          );
        const [first] = ofTracks;
        const flat = (label: string, value: number) => ({ label, value, low: value, high: value });
        return {
          label: `${shown}, ${tracks}`,
          bars: [
            flat('chance', first?.measured.random ?? 0),
            flat('popularity', first?.measured.popularity ?? 0),
            ...ofTracks.map(({ label, measured: { value, low, high } }) => ({ label, value, low, high })),
          ],
        };
      }),
    ),
  });

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { plot: { type: 'string' } },
});
const [catalogue = join(REAL, 'artists-20k'), playlists = join(REAL, 'playlists/playlists-250.jsonl')] =
  positionals;
if (existsSync(catalogue)) {
  const folder = await mkdtemp(join(tmpdir(), 'soundalike-methods-'));
  const local = await openLocal(folder);
  try {
    const deps = { ...local, workspaceFolder: join(folder, 'import'), progress: () => {} };
    await importDataset(deps, { paths: [catalogue], date: DATE });
    if (existsSync(playlists)) await importDataset(deps, { paths: [playlists], date: DATE });
    const all = await cardsOf(local, 'all tracks');
    const tracks = (await local.lake.read('top_tracks', DATE)) ?? [];
    await local.lake.write('top_tracks', DATE, tenTracks(tracks));
    const cards = [...(await cardsOf(local, 'ten tracks')), ...all];
    if (values.plot) await writeFile(values.plot, plotOf(cards));
    process.stdout.write(markdownOf(cards));
  } finally {
    await local.close();
    await rm(folder, { recursive: true });
  }
} else process.stderr.write(`skipped: there is no ${catalogue}; name a catalogue and a file of playlists\n`);
