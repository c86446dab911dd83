import * as z from 'zod';
import { inBatches } from '../../core/batches.ts';
import type { FeatureSource, FoundFeatures, Refused } from '../../core/ports.ts';
import type { ApiClient, ApiRequest } from '../http.ts';
import { featureValue, refuseImpossible, spotifyId } from '../schemas.ts';

/** The most ids that a request may have; those above are silently left out. */
const BATCH = 40;

const answerSchema = z.object({
  content: z.array(
    z
      .object({
        href: z.string().transform(trackId).pipe(spotifyId),
        danceability: featureValue,
        energy: featureValue,
        key: featureValue,
        loudness: featureValue,
        mode: featureValue,
        speechiness: featureValue,
        acousticness: featureValue,
        instrumentalness: featureValue,
        liveness: featureValue,
        valence: featureValue,
        tempo: featureValue,
      })
      .transform(refuseImpossible)
      .nullable(),
  ),
});

/**
 * Audio features from ReccoBeats, which needs no account. It knows Spotify's track ids, leaves unknown ones out, has
 * neither time signature nor duration, and promises no order. Throws `UnexpectedAnswerError` beside what `ApiClient`
 * throws. Source: https://reccobeats.com/docs/apis/get-audio-features
 */
export class ReccoBeatsClient implements FeatureSource {
  readonly name = 'reccobeats';
  readonly batchSize = BATCH;
  readonly expendable = true;
  readonly #api: ApiClient;

  /** `api` speaks to https://api.reccobeats.com/v1. */
  constructor(api: ApiClient) {
    this.#api = api;
  }

  async features(ids: readonly string[], tries?: number): Promise<(FoundFeatures & Refused)[]> {
    const found = new Map<string, FoundFeatures & Refused>();
    for (const batch of inBatches(ids, BATCH)) {
      const asked = new Set(batch);
      for (const row of await this.#batch(batch, tries)) {
        if (asked.has(row.id) && !found.has(row.id)) found.set(row.id, row);
      }
    }
    return [...found.values()];
  }

  async #batch(ids: readonly string[], tries?: number): Promise<(FoundFeatures & Refused)[]> {
    const query = { ids: ids.join(',') };
    const request: ApiRequest = { method: 'GET', path: '/audio-features', query, tries };
    const answer = await this.#api.json(request, answerSchema);
    if (!answer.ok) throw this.#api.unexpected(request, `status ${answer.status}`, answer.text);
    return answer.value.content
      .filter((row) => row !== null)
      .map(({ href: id, ...features }) => ({
        ...features,
        id,
        time_signature: null,
        duration_ms: null,
      }));
  }
}

/** The Spotify id in `https://open.spotify.com/track/<id>`. */
function trackId(href: string): string {
  const path = href.replace(/[?#].*$/, '').replace(/\/+$/, '');
  return path.split('/').at(-1) ?? '';
}
