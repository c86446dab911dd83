import type { RecommendResult } from '../../core/events.ts';
import { STACK, serveStack } from '../support/aws/deployed-stack.ts';
import { documentOf, soundalike } from '../support/cli.ts';

test('a stack recommends by what it is asked', async () => {
  const stack = await serveStack();
  try {
    const result = { songs: [], heard: 0, warnings: [] } as unknown as RecommendResult;
    stack.lambda.functions.recommender = () => result;
    const recommend = (...args: string[]) =>
      soundalike(['recommend', ...args, '--stack', STACK, '--json'], stack);
    const ended = await recommend('--days', '3', '--method', 'items', '--date', '2026-11-20', '--push');
    expect([ended.status, documentOf(ended)]).toEqual([0, result]);
    await recommend('--dry-run');
    expect(stack.lambda.invocations.map(({ name, event }) => [name, event])).toMatchObject([
      [
        `${STACK}-recommender`,
        { days: 3, method: 'items', date: '2026-11-20', push: true, dryRun: false, size: 30 },
      ],
      [`${STACK}-recommender`, { days: 7, perSong: 2, maxPerArtist: 2, halfLife: 3, dryRun: true }],
    ]);
  } finally {
    await stack.close();
  }
});
