import type { CollectResult, ListResult, SimilarityResult, SimilarResult } from '../../../core/events.ts';
import { collect } from '../../../lambdas/collector/collect.ts';
import { compare } from '../../../lambdas/similarity/compare.ts';
import { LAKE } from '../../support/aws/cloud.ts';
import { deployed } from '../../support/aws/deployed.ts';
import type { Answer } from '../../support/aws/functions.ts';
import { TODAY, withPipeline } from '../../support/pipeline.ts';

const stack = deployed();

const metricsOf = ({ log }: Answer) => log.find((line) => '_aws' in line);

test('from an empty account to the first answer, which is what one machine says', async () => {
  expect((await stack.invoke('migrator')).result).toEqual({ version: expect.any(Number) });
  const added = await stack.invoke('catalog', { add: stack.artists });
  expect(added.result).toMatchObject({ known: [], ambiguous: [], notFound: [] });
  const { artists } = (await stack.invoke('catalog')).result as unknown as ListResult;
  expect(artists.map(({ id }) => id)).toEqual(stack.artists);

  const collected = (await stack.invoke('collector')).result as unknown as CollectResult;
  const compared = (await stack.invoke('similarity')).result as unknown as SimilarityResult;
  const answer = (await stack.invoke('explorer', { artist: stack.artists[0], limit: 3 }))
    .result as unknown as SimilarResult;

  await withPipeline({ mode: 'development' }, async ({ main }) => {
    const { date: _, run: __, requests: ___, ...sameCollection } = await collect(main, {});
    expect(collected).toMatchObject(sameCollection);
    const { date: _day, run: _run, ...sameComparison } = await compare(main, {});
    // Means differ in the last bits with the order in which an engine adds.
    expect(rounded(compared)).toMatchObject(rounded(sameComparison));
    const nearest = await main.database.relatedArtists.nearest(stack.artists[0] as string, 3);
    expect(answer.neighbours.map(({ id }) => id)).toEqual(
      nearest?.neighbours.map(({ y_artist }) => y_artist),
    );
  });
  expect([collected.date, compared.date, answer.date]).toEqual(Array(3).fill(TODAY));
  expect(Object.keys(collected)).toEqual(expect.arrayContaining(['run', 'done', 'resumeAfter']));
});

const rounded = (value: unknown): object =>
  JSON.parse(
    JSON.stringify(value, (_, part) => (typeof part === 'number' ? Number(part.toPrecision(12)) : part)),
  );

test('what is written is found by Athena: every table is registered in Glue, and nothing is left in staging', async () => {
  await stack.invoke('catalog', { add: stack.artists });
  await stack.invoke('collector');
  await stack.invoke('similarity');
  const tables = [
    ...['artist_features', 'artist_map', 'artists', 'audio_features', 'related_artists', 'runs', 'scores'],
    'top_tracks',
  ];
  expect([...stack.cloud.partitions].sort()).toEqual(tables.map((table) => `${table}/${TODAY}`));
  const keys = [...stack.cloud.s3.objects.keys()].filter((path) => path.startsWith(`${LAKE}/`));
  const report = ['index.html', 'map.png'].map((file) => `reports/dt=${TODAY}/${file}`);
  const parts = tables.map((table) => `${table.replaceAll('_', '-')}/dt=${TODAY}/part-00000.parquet`);
  expect(keys.sort()).toEqual([...parts, ...report].map((key) => `${LAKE}/${key}`).sort());
});

test('metrics tell how a run went', async () => {
  await stack.invoke('catalog', { add: stack.artists });
  const collected = await stack.invoke('collector');
  const compared = await stack.invoke('similarity');
  expect(metricsOf(collected)).toMatchObject({
    service: 'Soundalike',
    Requests: collected.result?.requests,
    Dropped: 0,
  });
  expect(metricsOf(compared)).toMatchObject({ service: 'Soundalike', Coverage: 1, Published: 1 });
});

test('a day without features is not published, and the metric of its alarm says so', async () => {
  await stack.invoke('catalog', { add: stack.artists.slice(0, 3) });
  stack.standIn.faults.add({
    match: '/reccobeats/v1/audio-features',
    kind: 'null-features',
    features: ['energy'],
  });
  await stack.invoke('collector');
  const compared = await stack.invoke('similarity');
  expect(compared.result).toMatchObject({ published: false, coverage: 0 });
  expect(metricsOf(compared)).toMatchObject({ Coverage: 0, BelowFloor: 1 });
});
