import { modelName, settingsOf } from '../../../../core/vectors/settings.ts';

test('what is not given is as by default; `cbow` tells the architecture', () => {
  const defaults = settingsOf({});
  expect(defaults.architecture).toBe('skip-gram');
  expect(settingsOf({ size: undefined, window: 3 })).toEqual({ ...defaults, window: 3 });
  expect(settingsOf({ cbow: true })).toEqual({ ...defaults, architecture: 'cbow' });
  expect(settingsOf({ cbow: false })).toEqual(defaults);
});

test('a model is named by every setting that can be given, in characters that a partition may have', () => {
  const changes = [
    { cbow: true },
    { size: 1 },
    { window: 1 },
    { negatives: 1 },
    { exponent: -1.25 },
    { epochs: 1 },
    { minCount: 2 },
    { subsample: 1e-7 },
    { rate: 0.5 },
    { seed: 4294967295 },
  ];
  const names = [
    ...[{}, ...changes].map((change) => modelName(settingsOf(change), 1)),
    ...[2, 3].map((threads) => modelName(settingsOf({}), threads)),
  ];
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9.-]+$/);
});
