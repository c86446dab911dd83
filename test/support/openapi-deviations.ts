import type { Answer, Complaint, OpenApi, Schema } from './openapi.ts';

/** Where the stand-in rightly answers otherwise than an OpenAPI file says. */
export interface Deviation {
  name: string;
  /** Why the answer is right and the file is not. */
  fact: string;
  excuses(complaint: Complaint, answer: Answer): boolean;
  /** What an answer that the file says nothing of must look like; undefined where nothing is known of it. */
  instead?(answer: Answer): Schema | undefined;
}

const undeclared = (status: number, component: string): Deviation => ({
  name: `${status} is not declared by the operations`,
  fact: `the file describes ${status} in its components, and Spotify does answer it; no operation lists it`,
  excuses: ({ rule, value }, { service }) => service === 'spotify' && rule === 'status' && value === status,
  instead: () => ({ $ref: `spotify#/components/responses/${component}/content/application~1json/schema` }),
});

const leftOut = (field: string): Deviation => ({
  name: `development mode leaves out ${field}`,
  fact: 'taken from development-mode apps in February 2026 (migration guide); the file still requires it',
  excuses: ({ rule, value }, { mode }) => mode === 'development' && rule === 'required' && value === field,
});

const FEATURES_BATCH: Schema = {
  type: 'object',
  required: ['content'],
  properties: { content: { type: 'array', items: { $ref: 'reccobeats#/components/schemas/AudioFeatures' } } },
};

const isNull = ({ rule, value }: Complaint): boolean => rule === 'type' && value === null;

/** Whether a complaint is about a local file in the history. */
function isOfLocalFile({ at }: Complaint, { body }: Answer): boolean {
  const [, position] = /^\/items\/(\d+)\/track\//.exec(at) ?? [];
  const { items } = body as { items?: { track: { uri: string } | null }[] };
  return items?.[Number(position)]?.track?.uri.startsWith('spotify:local:') === true;
}

const ofHistory = ({ path }: Answer): boolean => path === '/me/player/recently-played';

/** Every exception to the rule that the stand-in's answers fit the OpenAPI files. */
export const DEVIATIONS: readonly Deviation[] = [
  ...['available_markets', 'album_group', 'label', 'popularity'].map(leftOut),
  undeclared(400, 'BadRequest'),
  undeclared(404, 'NotFound'),
  {
    name: 'null for an unknown id of a batch',
    fact: 'Spotify keeps the order of the ids and puts null for those it does not know; the file does not say nullable',
    excuses: (complaint, { service }) =>
      service === 'spotify' &&
      isNull(complaint) &&
      /^\/(artists|tracks|audio_features)\/\d+$/.test(complaint.at),
  },
  {
    name: 'null for a feature that is unknown',
    fact: 'rows in which single values are missing occur in datasets; a client must bear them',
    excuses: (complaint) =>
      isNull(complaint) && /^\/(audio_features|content)\/\d+\/[a-z]+$/.test(complaint.at),
  },
  {
    name: 'time signatures of 0 and 1',
    fact: 'the file says 3 to 7; real rows hold 0 and 1 (243 of the 20,081 of artists-20k)',
    excuses: ({ rule, at, value }) =>
      rule === 'minimum' && at.endsWith('/time_signature') && (value === 0 || value === 1),
  },
  {
    name: 'null for a track of the history',
    fact: 'a play whose track Spotify no longer names has none (spotify-api.md, section 2); the file does not say nullable',
    excuses: (complaint, answer) =>
      ofHistory(answer) && isNull(complaint) && /^\/items\/\d+\/track$/.test(complaint.at),
  },
  {
    name: 'null for the context of a play',
    fact: 'a play from no album, artist or playlist has none; the file does not say nullable',
    excuses: (complaint, answer) =>
      ofHistory(answer) && isNull(complaint) && /^\/items\/\d+\/context$/.test(complaint.at),
  },
  {
    name: 'null for what a local file has not',
    fact: "a file of the user's own has no id, links or album dates; the file declares those of a track alone",
    excuses: (complaint, answer) =>
      ofHistory(answer) && complaint.value === null && isOfLocalFile(complaint, answer),
  },
  {
    name: 'null past the last of fifty plays',
    fact: 'next and cursors are null on the empty page behind the last (spotify/web-api#1405); the file does not say nullable',
    excuses: (complaint, answer) =>
      ofHistory(answer) && isNull(complaint) && /^\/(next|cursors)$/.test(complaint.at),
  },
  {
    name: 'plain text for a user who is not allowed to use the app',
    fact: 'this 403 comes as text (spotify-api.md, section 2); the file declares JSON for every 403',
    excuses: ({ at, value }, { status }) =>
      status === 403 &&
      at === '' &&
      typeof value === 'string' &&
      value.startsWith('The user is not registered'),
  },
  {
    name: 'errors of the library are in an error object',
    fact: 'the 400 of /me/library is declared as the inner object alone; every other error is wrapped',
    excuses: ({ rule, at, value }, { path, status }) =>
      path === '/me/library' &&
      status === 400 &&
      rule === 'required' &&
      at === '' &&
      ['status', 'message'].includes(`${value}`),
  },
  {
    name: 'ReccoBeats has a batch of audio features',
    fact: 'GET /audio-features?ids= stands in its documentation and in the code of its clients; the unofficial file lacks it',
    excuses: ({ rule, value }, { service }) =>
      service === 'reccobeats' && rule === 'path' && value === '/audio-features',
    instead: ({ status }) => (status === 200 ? FEATURES_BATCH : undefined),
  },
];

/** What is left against an answer once the deviations are taken off; `used` gets the names of those that were needed. */
export function unexcused(openApi: OpenApi, answer: Answer, used: Set<string>): Complaint[] {
  const excuse = (complaint: Complaint): Deviation | undefined => {
    const deviation = DEVIATIONS.find(({ excuses }) => excuses(complaint, answer));
    if (deviation) used.add(deviation.name);
    return deviation;
  };
  return openApi.complaints(answer).flatMap((complaint) => {
    const deviation = excuse(complaint);
    if (deviation === undefined) return [complaint];
    const instead = deviation.instead?.(answer);
    if (instead === undefined) return [];
    return openApi.against(instead, answer.body).filter((further) => excuse(further) === undefined);
  });
}
