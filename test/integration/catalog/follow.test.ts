import { estimateCollection } from '../../../core/budget.ts';
import type { Catalogue } from '../../../core/catalogue.ts';
import type { AddResult } from '../../../core/events.ts';
import { addArtists, listArtists, removeArtists } from '../../../lambdas/catalog/follow.ts';
import { MODES, type Mode } from '../../../sample/stand-in/modes.ts';
import { type Pipeline, withPipeline } from '../../support/pipeline.ts';
import { artistId, smallCatalogue } from '../../support/small-catalogue.ts';

const NAMES = [
  'Sigur Rós',
  'Arger',
  'Ärger',
  'Twin',
  'Twin',
  'TWIN',
  '달빛 소년',
  'Sigurd',
  'がらん',
  'からん',
];

function named(): Catalogue {
  const catalogue = smallCatalogue(NAMES.length);
  for (const [i, artist] of catalogue.artists.entries()) artist.name = NAMES[i] as string;
  return catalogue;
}

type Add = (...queries: string[]) => Promise<Omit<AddResult, 'collection'>>;

const LIMITS = { tracks: 100, dailyRequests: 1000 };

const withCatalog = (mode: Mode, test: (add: Add, pipeline: Pipeline) => Promise<void>): Promise<void> =>
  withPipeline({ mode, catalogue: named(), follow: 0 }, (pipeline) => {
    const { artists, connect, clock } = pipeline.main;
    return test(async (...queries) => {
      const deps = { artists, clock, connect, provider: 'stand-in', limits: LIMITS };
      const { collection, ...found } = await addArtists(deps, queries);
      const { length } = await artists.followed();
      expect(collection).toEqual(estimateCollection(length, LIMITS));
      return found;
    }, pipeline);
  });

const artist = (n: number) => ({
  id: artistId(n),
  name: NAMES[n - 1],
  url: `https://open.spotify.com/artist/${artistId(n)}`,
});
const candidate = (n: number) => ({ id: artistId(n), name: NAMES[n - 1] });
const nothing = { added: [], known: [], ambiguous: [], notFound: [] };

describe.each(MODES)('an app of mode %s', (mode) => {
  test.each([
    ['id', artistId(1)],
    ['URI', `spotify:artist:${artistId(1)}`],
    ['link', `https://open.spotify.com/artist/${artistId(1)}`],
    ['link as the app shares it', `https://open.spotify.com/intl-de/artist/${artistId(1)}?si=0123abc`],
    ['name', 'Sigur Rós'],
    ['name in decomposed form', 'Sigur Ro\u0301s'],
    ['name whatever its case, accents and spaces', '  SIGUR  ros '],
  ])('adds by %s', (_, query) =>
    withCatalog(mode, async (add, { main }) => {
      expect(await add(query)).toEqual({ ...nothing, added: [artist(1)] });
      expect((await main.artists.followed()).map(({ id }) => id)).toEqual([artistId(1)]);
      expect(await add(query)).toEqual({ ...nothing, known: [artist(1)] });
    }),
  );

  test('a name that is exactly one artist is that one; whatever its accents it could be two', () =>
    withCatalog(mode, async (add) => {
      expect(await add('Arger', 'Ärger')).toEqual({ ...nothing, added: [artist(2), artist(3)] });
      expect(await add('ARGER')).toEqual({
        ...nothing,
        ambiguous: [{ query: 'ARGER', candidates: [candidate(2), candidate(3)] }],
      });
      // Kana keep their voicing.
      expect(await add('からん')).toEqual({ ...nothing, added: [artist(10)] });
    }));

  test('none is guessed: not of several of a name, not the only one whose name contains it', () =>
    withCatalog(mode, async (add, { main }) => {
      expect(await add('Twin', 'twin', 'TWIN', 'igur', '달빛')).toEqual({
        ...nothing,
        added: [artist(6)],
        ambiguous: [
          { query: 'Twin', candidates: [candidate(4), candidate(5)] },
          { query: 'twin', candidates: [candidate(4), candidate(5), candidate(6)] },
          { query: 'igur', candidates: [candidate(1), candidate(8)] },
          { query: '달빛', candidates: [candidate(7)] },
        ],
      });
      expect((await main.artists.followed()).map(({ id }) => id)).toEqual([artistId(6)]);
    }));

  test('what is not found is named; the others are added, in the order they were asked', () =>
    withCatalog(mode, async (add, { main }) => {
      const queries = ['Nobody', artistId(8), artistId(99), '달빛 소년', 'x"y', '달빛 소년', artistId(7)];
      expect(await add(...queries)).toEqual({
        ...nothing,
        added: [artist(8), artist(7)],
        known: [artist(7)],
        notFound: ['Nobody', artistId(99), 'x"y'],
      });
      const [seventh] = await main.artists.followed();
      const isExtended = mode === 'extended';
      expect(seventh).toEqual({
        ...artist(7),
        image_url: null,
        genres: ['genre 1'],
        followers: isExtended ? 1007 : null,
        popularity: isExtended ? 50 : null,
        followed: true,
        refreshed_at: '2026-11-22T12:00:00.000Z',
      });
    }));
});

test('lists all by id, removes those that are known', () =>
  withCatalog('extended', async (add, { main: { artists } }) => {
    await add(artistId(7), artistId(2), artistId(1));
    const row = (n: number) => ({ ...artist(n), genres: [`genre ${n % 3}`], followed: true });
    expect(await listArtists(artists)).toEqual({ artists: [1, 2, 7].map(row) });
    expect(await removeArtists(artists, [artistId(7), artistId(5), artistId(1)])).toEqual({
      removed: [artistId(7), artistId(1)],
    });
    expect(await removeArtists(artists, [artistId(7)])).toEqual({ removed: [] });
    expect(await listArtists(artists)).toEqual({ artists: [row(2)] });
    expect(await add(artistId(7))).toEqual({ ...nothing, added: [artist(7)] });
  }));

test.each([500, 400])('a name for which Spotify answers %i is named, the others are added', (status) =>
  withCatalog('development', async (add, { standIn }) => {
    standIn.faults.add({ match: '/v1/search', query: 'Arger', kind: 'status', status });
    expect(await add('Sigurd', 'Arger', 'がらん')).toEqual({
      ...nothing,
      added: [artist(8), artist(9)],
      unavailable: [{ query: 'Arger', detail: expect.stringContaining(`${status}`) }],
    });
    const code = status === 500 ? 'service-unavailable' : 'unexpected-answer';
    await expect(add('Arger')).rejects.toMatchObject({ code });
  }),
);
