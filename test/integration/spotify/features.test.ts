import { UnexpectedAnswerError } from '../../../core/errors.ts';
import { inTurn } from '../../support/http-server.ts';
import { errorOf, withSpotify } from '../../support/spotify.ts';

const values = {
  danceability: 0.5,
  energy: 1,
  key: -1,
  loudness: -7.25,
  mode: 0,
  speechiness: 2.33e-5,
  acousticness: 0,
  instrumentalness: 0.1,
  liveness: 0.2,
  valence: 0.3,
  tempo: 120.5,
  time_signature: 0,
  duration_ms: 180_000,
};

test.each([
  [0, []],
  [100, [100]],
  [101, [100, 1]],
])('the features of %i tracks take batches of %j', (count, sizes) =>
  withSpotify(async ({ client, api }) => {
    const asked = Array.from({ length: count }, (_, index) => `t${index}`);
    api.respond = ({ query }) => ({
      json: {
        audio_features: query
          .get('ids')
          ?.split(',')
          .map((id) => ({ ...values, id, type: 'audio_features' })),
      },
    });
    const found = await client.audioFeatures.features([...asked, ...asked]);
    expect(found).toEqual(asked.map((id) => ({ ...values, id })));
    expect(api.requests.map(({ query }) => query.get('ids')?.split(',').length)).toEqual(sizes);
    expect(client.audioFeatures).toMatchObject({ name: 'spotify:audio-features', batchSize: 100 });
  }),
);

test('null entries, duplicates and rows that were not asked for are left out', () =>
  withSpotify(async ({ client, api }) => {
    const rows = [
      null,
      { id: 't2', energy: null },
      { ...values, id: 't1' },
      { id: 't1' },
      { ...values, id: 't9' },
    ];
    api.respond = inTurn({ json: { audio_features: rows } });
    const nothing = Object.fromEntries(Object.keys(values).map((name) => [name, null]));
    expect(await client.audioFeatures.features(['t1', 't2', 't3'])).toEqual([
      { ...nothing, id: 't2' },
      { ...values, id: 't1' },
    ]);
  }));

test('a value that is no number is unknown, an item without an id is left out; both are counted', () =>
  withSpotify(async ({ client, api, ledger }) => {
    const rows = [null, { ...values, id: 't1', tempo: '120' }, { ...values, id: 2 }, { ...values, id: 't3' }];
    api.respond = inTurn({ json: { audio_features: rows } });
    expect(await client.audioFeatures.features(['t0', 't1', 't2', 't3'])).toEqual([
      { ...values, id: 't1', tempo: null },
      { ...values, id: 't3' },
    ]);
    expect(ledger.unread).toBe(2);
  }));

test('a value that cannot be is unknown and named', () =>
  withSpotify(async ({ client, api }) => {
    const row = { ...values, id: 't1', energy: 55, tempo: -1, key: 4.5, loudness: 3.8 };
    api.respond = inTurn({ json: { audio_features: [row] } });
    expect(await client.audioFeatures.features(['t1'])).toEqual([
      { ...row, energy: null, tempo: null, key: null, refused: ['energy', 'key', 'tempo'] },
    ]);
  }));

test('an answer of which no item can be read is an error', () =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn({ json: { audio_features: [null, { ...values, track_id: 't1' }] } });
    const error = await errorOf(client.audioFeatures.features(['t0', 't1']));
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error.message).toMatch(/audio_features\.1\.id: .*expected string, received undefined/);
  }));
