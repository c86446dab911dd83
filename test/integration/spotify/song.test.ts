import { AccessRefusedError, CapabilityMissingError } from '../../../core/errors.ts';
import { inTurn, type Reply } from '../../support/http-server.ts';
import { errorOf, withSpotify } from '../../support/spotify.ts';

const track = (values: object = {}): Reply => ({
  json: { id: 'x', name: 'X', artists: [], external_ids: { isrc: 'CODE' }, ...values },
});

test.each<[string, Reply, { isrc: string | null } | null]>([
  ['there', track(), { isrc: 'CODE' }],
  ['there, playable', track({ is_playable: true }), { isrc: 'CODE' }],
  ['there by another id', track({ id: 'y', linked_from: { id: 'x' }, is_playable: true }), { isrc: 'CODE' }],
  ['there without a code', track({ external_ids: undefined }), { isrc: null }],
  ['not playable in the market', track({ is_playable: false }), null],
  ['gone', { status: 404, json: { error: { status: 404, message: 'Resource not found' } } }, null],
  ['none', { status: 400, json: { error: { status: 400, message: 'Invalid base62 id' } } }, null],
])('a song that is %s', (_, reply, expected) =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn(reply);
    expect(await client.song('a/b')).toEqual(expected);
    expect(api.requests.map(({ path }) => path)).toEqual(['/v1/tracks/a%2Fb']);
    expect(api.requests[0]?.query.get('market')).toBe('SE');
  }),
);

test('an app that may not ask for songs, and one that may ask for nothing', () =>
  withSpotify(async ({ client, api }) => {
    api.respond = inTurn({ status: 403, json: { error: { status: 403, message: 'Forbidden' } } });
    expect(await errorOf(client.song('a'))).toBeInstanceOf(CapabilityMissingError);
    api.respond = inTurn({ status: 403, text: 'Active premium subscription required' });
    expect(await errorOf(client.song('a'))).toBeInstanceOf(AccessRefusedError);
  }));
