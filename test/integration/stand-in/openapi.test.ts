import type { Catalogue } from '../../../core/catalogue.ts';
import { sampleCatalogue } from '../../../sample/generate.ts';
import { Tokens } from '../../../sample/stand-in/accounts.ts';
import { indexCatalogue } from '../../../sample/stand-in/catalogue-index.ts';
import { pathParams, type Route } from '../../../sample/stand-in/http.ts';
import { meRoutes } from '../../../sample/stand-in/me.ts';
import { MODES, type Mode, RIGHTS } from '../../../sample/stand-in/modes.ts';
import { playlistRoutes } from '../../../sample/stand-in/playlists.ts';
import { reccobeatsRoutes } from '../../../sample/stand-in/reccobeats.ts';
import { spotifyRoutes } from '../../../sample/stand-in/spotify.ts';
import { SpotifyObjects } from '../../../sample/stand-in/spotify-objects.ts';
import { USUAL_USER, User, userSettingsSchema } from '../../../sample/stand-in/user.ts';
import { STAND_IN_USER } from '../../../sample/stand-in/user-state.ts';
import { type Answer, hasOpenApi, OpenApi } from '../../support/openapi.ts';
import { DEVIATIONS, unexcused } from '../../support/openapi-deviations.ts';
import { standInClient, userClient } from '../../support/stand-in-client.ts';

/** What every page has. */
const PAGE = { href: '', limit: 1, next: null, offset: 0, previous: null, total: 1 };
const UNKNOWN = '0000000000000000000000';

/** The sample, and what only real rows hold: pictures, and time signatures of 0 and 1. */
function roughCatalogue(): Catalogue {
  const catalogue = sampleCatalogue();
  const [first, second] = catalogue.features;
  Object.assign(first ?? {}, { time_signature: 0 });
  Object.assign(second ?? {}, { time_signature: 1 });
  for (const row of [...catalogue.artists, ...catalogue.albums]) row.image_url = 'http://127.0.0.1/picture';
  return catalogue;
}

/** Requests that get every kind of answer of every route. */
function requests(catalogue: Catalogue): string[] {
  const artists = catalogue.artists.map(({ id }) => id);
  const albums = catalogue.albums.map(({ id }) => id);
  const tracks = catalogue.tracks.map(({ id }) => id);
  const withFeatures = new Set(catalogue.features.map(({ id }) => id));
  const withNulls = catalogue.features.filter(({ energy }) => energy === null).map(({ id }) => id);
  const without = tracks.filter((id) => !withFeatures.has(id));
  const batch = [...tracks.slice(0, 20), ...withNulls.slice(0, 2), without[0], UNKNOWN];
  const [artist, album, track] = [artists[0], albums[0], tracks[0]];
  return [
    ...[artist, UNKNOWN, 'too-short'].map((id) => `/v1/artists/${id}`),
    `/v1/artists?ids=${[...artists.slice(0, 49), UNKNOWN]}`,
    `/v1/artists?ids=${artists.slice(0, 51)}`,
    ...[artist, UNKNOWN].map((id) => `/v1/artists/${id}/top-tracks?market=US`),
    `/v1/artists/${artist}/top-tracks?market=from_token`,
    `/v1/artists/${artist}/albums?limit=1`,
    `/v1/artists/${artist}/albums?limit=51`,
    `/v1/artists/${artist}/albums?include_groups=album,single&limit=10&market=US&offset=0`,
    `/v1/albums/${album}/tracks?limit=50&market=US&offset=0`,
    ...[...albums.slice(0, 9), UNKNOWN].map((id) => `/v1/albums/${id}`),
    `/v1/albums/${album}/tracks?limit=2&offset=2`,
    ...[track, UNKNOWN].map((id) => `/v1/tracks/${id}`),
    `/v1/tracks?ids=${[...tracks.slice(0, 49), UNKNOWN]}`,
    '/v1/search?q=ombrelle&type=artist,album,track',
    '/v1/search?q=tide&type=album,track&limit=10&offset=10',
    '/v1/search?q=tide&type=track&limit=51',
    '/v1/search?type=track',
    `/v1/audio-features?ids=${batch}`,
    ...[track, UNKNOWN].map((id) => `/v1/audio-features/${id}`),
    ...['/reccobeats/v1/audio-features', '/reccobeats/v1/track'].flatMap((path) => [
      `${path}?ids=${batch}`,
      `${path}?ids=${tracks.slice(0, 41)}`,
    ]),
  ];
}

function asAnswer(mode: Mode, path: string, status: number, body: unknown): Answer {
  const service = path.startsWith('/reccobeats') ? 'reccobeats' : 'spotify';
  const [below = ''] = path.replace(/^\/(reccobeats\/)?v1/, '').split('?');
  return { service, mode, path: below, status, body };
}

type Call = [method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown];

/** Requests of the user, in this order, that get every kind of answer of every route; `playlist` is one of their own. */
function userRequests(playlist: string, others: string, uri: string): Call[] {
  const [users, wrong] = [`/v1/users/${STAND_IN_USER.id}/playlists`, 'spotify:album:x'];
  const items = (name: 'items' | 'tracks'): Call[] => {
    const path = `/v1/playlists/${playlist}/${name}`;
    return [
      ['POST', path, { uris: [uri] }],
      ['POST', path, { uris: [wrong] }],
      ['GET', `${path}?limit=2&offset=1`],
      ['DELETE', path, { [name]: [{ uri }] }],
      ['PUT', path, { uris: [uri] }],
      ['GET', `/v1/playlists/${UNKNOWN}/${name}`],
    ];
  };
  return [
    ['GET', '/v1/me'],
    ['GET', '/v1/me/player/recently-played?limit=50'],
    ['GET', '/v1/me/player/recently-played?before=1'],
    ['GET', '/v1/me/player/recently-played?limit=51'],
    ['POST', '/v1/me/playlists', { name: 'New' }],
    ['POST', '/v1/me/playlists', {}],
    ['GET', '/v1/me/playlists?limit=1&offset=1'],
    ['POST', users, { name: 'New' }],
    ['GET', users],
    ['GET', `/v1/playlists/${playlist}`],
    ['GET', `/v1/playlists/${others}`],
    ['GET', `/v1/playlists/${UNKNOWN}`],
    ['PUT', `/v1/playlists/${playlist}`, { name: 'Renamed', description: 'described' }],
    ['GET', `/v1/playlists/${playlist}`],
    ...items('items'),
    ...items('tracks'),
    ['PUT', `/v1/playlists/${playlist}/followers`],
    ['DELETE', `/v1/playlists/${playlist}/followers`],
    ['PUT', `/v1/me/library?uris=spotify:playlist:${playlist}`],
    ['DELETE', `/v1/me/library?uris=spotify:playlist:${playlist}`],
    ['DELETE', '/v1/me/library'],
  ];
}

async function userAnswersOf(mode: Mode): Promise<Answer[]> {
  const catalogue = sampleCatalogue();
  const client = await userClient({ catalogue, mode });
  const played_at = new Date().toISOString();
  try {
    await client.standIn.user.addPlays([
      { played_at, uri: null },
      { played_at, uri: 'spotify:local:Band:Album:Song:100' },
    ]);
    const [playlist = '', , others = ''] = catalogue.playlists.map(({ id }) => id);
    const answers: Answer[] = [];
    const ask = async ([method, path, body]: Call): Promise<void> => {
      const { status, text, json } = await client.send(method, path, body);
      answers.push({ ...asAnswer(mode, path, status, json ?? (text === '' ? undefined : text)), method });
    };
    for (const call of userRequests(playlist, others, `spotify:track:${catalogue.tracks[0]?.id}`))
      await ask(call);
    client.standIn.user.settings.allowListed = false;
    await ask(['GET', '/v1/me']);
    await client.standIn.user.revoke();
    await ask(['GET', '/v1/me']);
    return answers;
  } finally {
    await client.standIn.close();
  }
}

async function answersOf(mode: Mode): Promise<Answer[]> {
  const catalogue = roughCatalogue();
  const { standIn, get } = await standInClient({ catalogue, mode });
  try {
    const answers: Answer[] = [];
    for (const path of requests(catalogue)) {
      const { status, json } = await get(path);
      answers.push(asAnswer(mode, path, status, json));
    }
    const path = `/v1/artists/${catalogue.artists[0]?.id}`;
    const without = await get(path, { authorization: null });
    answers.push(asAnswer(mode, path, without.status, without.json));
    standIn.faults.add({
      match: '/v1/',
      kind: 'status',
      status: 429,
      body: { error: { status: 429, message: 'Too many requests', reason: 'QUOTA_EXCEEDED' } },
    });
    const limited = await get(path);
    answers.push(asAnswer(mode, path, limited.status, limited.json));
    return answers;
  } finally {
    await standIn.close();
  }
}

if (!hasOpenApi()) console.log('skipped: the OpenAPI files are not at ../shared/data/openapi');
const described = hasOpenApi() ? describe : describe.skip;

described("the stand-in's answers and the OpenAPI files", () => {
  let openApi: OpenApi;
  let answers: Answer[];
  beforeAll(async () => {
    openApi = new OpenApi();
    answers = (await Promise.all(MODES.flatMap((mode) => [answersOf(mode), userAnswersOf(mode)]))).flat();
  });

  test('fit but for the named deviations, all of which are needed', () => {
    const used = new Set<string>();
    const complaints = answers.flatMap((answer) =>
      unexcused(openApi, answer, used).map(({ value, ...complaint }) => ({
        path: answer.path,
        ...complaint,
        value: JSON.stringify(value)?.slice(0, 100),
      })),
    );
    expect(complaints).toEqual([]);
    expect([...used].sort()).toEqual(DEVIATIONS.map(({ name }) => name).sort());
  });

  test('come from every route, with every status that it can have', () => {
    const [api, catalogue] = ['http://127.0.0.1/v1', sampleCatalogue()];
    const index = indexCatalogue(catalogue);
    const rights = RIGHTS.extended;
    const settings = userSettingsSchema.parse({ ...USUAL_USER, playlistPaths: 'both' });
    const user = new User({ catalogue, settings, now: Date.now });
    const tokens = new Tokens(Date.now, user);
    const objects = new SpotifyObjects(index, rights, api);
    const context = { index, rights, user, tokens, objects, api };
    const routes = [
      ...spotifyRoutes(context),
      ...meRoutes(context),
      ...playlistRoutes(context),
      ...reccobeatsRoutes(index),
    ];
    const asked = answers.map(({ service, method = 'GET', path }) => ({
      method,
      path: `${service === 'reccobeats' ? '/reccobeats' : ''}/v1${path}`,
    }));
    const isAsked = ({ method, path }: Route): boolean =>
      asked.some((one) => one.method === method && pathParams(path, one.path) !== undefined);
    expect(routes.filter((route) => !isAsked(route))).toEqual([]);
    expect([...new Set(answers.map(({ status }) => status))].sort()).toEqual([
      200, 201, 400, 401, 403, 404, 429,
    ]);
  });

  test('would be refused with a wrong type, a missing field or an unknown status', () => {
    const track = answers.find(({ path, status }) => path.startsWith('/tracks/') && status === 200);
    const spoilt = (answer: Partial<Answer>): string[] =>
      unexcused(openApi, { ...(track as Answer), ...answer }, new Set()).map(
        ({ rule, at }) => `${rule} ${at}`,
      );
    expect(spoilt({})).toEqual([]);
    expect(spoilt({ body: { ...(track?.body as object), popularity: '7' } })).toEqual(['type /popularity']);
    expect(spoilt({ body: { album: {} } })).toContain('required /album');
    const playlist = { path: '/playlists/x', method: 'GET' } as const;
    const withItem = (item: object) => ({ ...playlist, body: { items: { ...PAGE, items: [{ item }] } } });
    expect(spoilt(withItem(track?.body as object))).toEqual([]);
    expect(spoilt(withItem({ ...(track?.body as object), popularity: '7' }))).toEqual([
      'type /items/items/0/item/popularity',
    ]);
    expect(spoilt(withItem({ type: 'song' }))).toEqual(['enum /items/items/0/item/type']);
    expect(spoilt({ status: 418 })).toEqual(['status ']);
    expect(spoilt({ path: '/nowhere' })).toEqual(['path ']);
  });
});
