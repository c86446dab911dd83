import { sampleCatalogue } from '../../../sample/generate.ts';
import { type StandInClient, standInClient } from '../../support/stand-in-client.ts';

interface Content {
  content: { id: string; href: string; isrc?: string; energy?: number | null }[];
}

const { tracks, features } = sampleCatalogue();
const withFeatures = features.slice(0, 30).map(({ id }) => id);
let client: StandInClient;
beforeAll(async () => {
  client = await standInClient({ mode: 'development' });
});
afterAll(() => client.standIn.close());

const trackIds = ({ content }: Content): string[] => content.map(({ href }) => href.split('/').at(-1) ?? '');

test('needs no token, leaves out what it does not know, and has an order of its own', async () => {
  const without = tracks.find(({ id }) => !features.some((row) => row.id === id))?.id;
  const path = `/reccobeats/v1/audio-features?ids=${[...withFeatures, without, 'nonsense']}`;
  const { json } = await client.get<Content>(path, { authorization: null });
  expect(trackIds(json).toSorted()).toEqual(withFeatures.toSorted());
  expect(trackIds(json)).not.toEqual(withFeatures);
  expect(json.content.map(({ id }) => id)).toEqual(json.content.map(({ id }) => id).toSorted());
  expect(Object.keys(json.content[0] ?? {}).sort()).toEqual(
    ['id', 'href', 'isrc', 'key', 'mode', 'danceability', 'energy', 'loudness', 'speechiness', 'acousticness']
      .concat(['instrumentalness', 'liveness', 'valence', 'tempo'])
      .sort(),
  );
});

test('takes ISRCs, and ids one by one', async () => {
  const [one, two] = tracks.filter(({ isrc }) => isrc !== null);
  const path = `/reccobeats/v1/track?ids=${one?.isrc}&ids=${two?.id}`;
  expect(trackIds((await client.get<Content>(path)).json).toSorted()).toEqual([one?.id, two?.id].toSorted());
});

test.each([
  ['/reccobeats/v1/audio-features', 4001],
  ['/reccobeats/v1/audio-features?ids=', 4002],
  [`/reccobeats/v1/track?ids=${tracks.slice(0, 41).map(({ id }) => id)}`, 4004],
])('refuses %s', async (path, code) => {
  const { status, json } = await client.get<{ status: number }>(path);
  expect([status, json.status]).toEqual([400, code]);
});
