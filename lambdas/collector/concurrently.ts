import PQueue from 'p-queue';

/** After the first failure nothing new is begun; what is under way is waited for, then that failure is thrown. */
export async function eachConcurrently<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = new PQueue({ concurrency });
  let failure: { error: unknown } | undefined;
  const tasks = items.map((item) =>
    queue.add(async () => {
      if (failure) return;
      await work(item).catch((error: unknown) => {
        failure ??= { error };
      });
    }),
  );
  await Promise.all(tasks);
  if (failure) throw failure.error;
}
