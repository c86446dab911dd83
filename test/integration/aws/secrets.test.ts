import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import { FileSecret } from '../../../adapters/secrets/file.ts';
import { SecretsManagerSecret } from '../../../adapters/secrets/secrets-manager.ts';
import {
  AwsError,
  AwsRefusedError,
  SecretError,
  StorageError,
  UnexpectedAnswerError,
} from '../../../core/errors.ts';
import { clientFor, inThisRealm, patience } from '../../support/aws/client.ts';
import {
  AwsFault,
  type JsonService,
  type Output,
  RawAnswer,
  serveJson,
  turns,
} from '../../support/aws/json-service.ts';

const VALUE = 'hunter2-hunter2';
const schema = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });
const app = (clientSecret = VALUE) => ({ clientId: 'id', clientSecret });
const holding = (value: unknown) => ({
  SecretString: typeof value === 'string' ? value : JSON.stringify(value),
});

/** The error of a promise, after it was seen that nothing of it holds the secret. */
async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => new Error('no error'),
    (thrown: Error) => thrown,
  );
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('hunter2');
  return error;
}

/** Documents that are not what is asked for, and what is told of them. */
const WRONG: [string, unknown, RegExp][] = [
  ['no JSON', `clientSecret=${VALUE}`, /to hold JSON/],
  ['JSON that is cut', `{"clientId": "id", "clientSecret": "${VALUE}`, /to hold JSON/],
  ['no object', `"${VALUE}"`, /the document: .*expected object/],
  ['without a field', { clientId: VALUE }, /clientSecret: .*expected string, received undefined/],
  ['with an empty field', { clientId: '', clientSecret: VALUE }, /clientId: Too small/],
  [
    'with a field of another type',
    { clientId: 'id', clientSecret: [VALUE] },
    /clientSecret: .*received array/,
  ],
];

describe('in Secrets Manager', () => {
  let service: JsonService;
  let secret: SecretsManagerSecret<z.infer<typeof schema>>;
  beforeEach(async () => {
    service = await serveJson({ GetSecretValue: () => holding(app()) });
    const client = inThisRealm(new SecretsManagerClient(clientFor(service.url)));
    secret = new SecretsManagerSecret({ client, id: 'soundalike/spotify', schema, ...patience() });
  });
  afterEach(() => service.close());

  test('it is read once, by its name', async () => {
    expect(await Promise.all([secret.read(), secret.read()])).toEqual([app(), app()]);
    await secret.read();
    expect(service.calls).toEqual([
      { operation: 'GetSecretValue', input: { SecretId: 'soundalike/spotify' } },
    ]);
  });

  test('it is read again once when it was refused, however many callers saw that', async () => {
    service.operations.GetSecretValue = turns(holding(app('old')), holding(app('new')));
    const old = await secret.read();
    expect(await Promise.all([secret.refresh(old), secret.refresh(old)])).toEqual([app('new'), app('new')]);
    expect(await secret.refresh(old)).toEqual(app('new'));
    expect(service.calls).toHaveLength(2);
  });

  test('a failure is not kept', async () => {
    service.operations.GetSecretValue = turns(holding({}), holding(app()));
    expect(await failureOf(secret.read())).toBeInstanceOf(SecretError);
    expect(await secret.read()).toEqual(app());
  });

  test.each(WRONG)('one that holds %s is an error without its value', async (_, value, message) => {
    service.operations.GetSecretValue = () => holding(value);
    const error = await failureOf(secret.read());
    expect(error).toBeInstanceOf(SecretError);
    expect(error.message).toMatch(message);
    expect(error.message).toContain('soundalike/spotify');
  });

  test.each<[string, Output, unknown]>([
    ['is not there', new AwsFault('ResourceNotFoundException'), SecretError],
    ['has no text', { SecretBinary: 'aHVudGVyMg==' }, SecretError],
    ['may not be read', new AwsFault('AccessDeniedException'), AwsRefusedError],
    ['is asked for with an expired token', new AwsFault('ExpiredTokenException'), AwsRefusedError],
    [
      'comes in an answer that cannot be read',
      new RawAnswer(`{"SecretString": "${VALUE}`),
      UnexpectedAnswerError,
    ],
  ])('one that %s is an error', async (_, answer, expected) => {
    service.operations.GetSecretValue = () => answer;
    expect(await failureOf(secret.read())).toBeInstanceOf(expected);
    expect(service.calls).toHaveLength(1);
  });

  test('what may pass is tried again', async () => {
    const faults = [
      new AwsFault('ThrottlingException'),
      new AwsFault('InternalServiceError', 500),
      'body',
    ] as const;
    service.operations.GetSecretValue = turns(...faults, holding(app()));
    expect(await secret.read()).toEqual(app());
  });
});

describe('written to Secrets Manager', () => {
  let service: JsonService;
  let secret: SecretsManagerSecret<z.infer<typeof schema>>;
  beforeEach(async () => {
    let text = JSON.stringify(app('old'));
    service = await serveJson({
      GetSecretValue: () => ({ SecretString: text }),
      PutSecretValue: ({ SecretString }) => {
        text = SecretString as string;
        return {};
      },
    });
    const client = inThisRealm(new SecretsManagerClient(clientFor(service.url)));
    secret = new SecretsManagerSecret({ client, id: 'soundalike/user', schema, ...patience() });
  });
  afterEach(() => service.close());

  test('it is replaced, whole, and read anew', async () => {
    await secret.read();
    await secret.write(app('new'));
    expect(await secret.read()).toEqual(app('new'));
    const [put] = service.calls.filter(({ operation }) => operation === 'PutSecretValue');
    expect(put?.input).toMatchObject({
      SecretId: 'soundalike/user',
      SecretString: JSON.stringify(app('new')),
    });
  });

  test.each<[string, Output, unknown]>([
    ['may not be written', new AwsFault('AccessDeniedException'), AwsRefusedError],
    ['is not there', new AwsFault('ResourceNotFoundException'), AwsError],
  ])('one that %s is an error without its value', async (_, answer, expected) => {
    service.operations.PutSecretValue = () => answer;
    expect(await failureOf(secret.write(app()))).toBeInstanceOf(expected);
    expect(await secret.read()).toEqual(app('old'));
  });

  test('what may pass is tried again', async () => {
    service.operations.PutSecretValue = turns(new AwsFault('InternalServiceError', 500), 'body', {});
    await secret.write(app());
    expect(service.calls).toHaveLength(3);
  });
});

describe('in a file', () => {
  let folder: string;
  let path: string;
  let secret: FileSecret<z.infer<typeof schema>>;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'soundalike-secret-'));
    path = join(folder, 'home', 'spotify.json');
    secret = new FileSecret(path, schema);
    await secret.write(app());
  });
  afterEach(() => rm(folder, { recursive: true }));
  const modeOf = async () => ((await stat(path)).mode & 0o777).toString(8);

  test('it is written for its owner alone, also in the place of one that was not', async () => {
    expect(await modeOf()).toBe('600');
    await chmod(path, 0o644);
    await secret.write(app('new'));
    expect(await modeOf()).toBe('600');
    expect(await secret.read()).toEqual(app('new'));
    expect(await readdir(join(folder, 'home'))).toEqual(['spotify.json']);
  });

  test('it is read once, and again when it was refused', async () => {
    const old = await secret.read();
    await new FileSecret(path, schema).write(app('new'));
    expect(await secret.read()).toBe(old);
    expect(await secret.refresh(old)).toEqual(app('new'));
  });

  test.each([0o644, 0o640, 0o604, 0o622])('one of mode %o is refused', async (mode) => {
    await chmod(path, mode);
    const error = await failureOf(secret.read());
    expect(error).toBeInstanceOf(SecretError);
    expect(error.message).toContain(`got mode ${mode.toString(8)}`);
    expect(await readFile(path, 'utf8')).toContain(VALUE);
  });

  test.each(WRONG)('one that holds %s is an error without its value', async (_, value, message) => {
    await writeFile(path, holding(value).SecretString);
    const error = await failureOf(secret.read());
    expect(error).toBeInstanceOf(SecretError);
    expect(error.message).toMatch(message);
  });

  test('one that is not there holds what it is said to hold then', async () => {
    const optional = new FileSecret(join(folder, 'none.json'), schema, app('absent'));
    const absent = await optional.read();
    expect(absent).toEqual(app('absent'));
    await new FileSecret(join(folder, 'none.json'), schema).write(app('new'));
    expect(await optional.refresh(absent)).toEqual(app('new'));
  });

  test('one that is not there, and a place where none can be, are told', async () => {
    await rm(path);
    expect(await failureOf(secret.read())).toBeInstanceOf(SecretError);
    const misplaced = new FileSecret(join(path, 'below-a-file'), schema);
    await secret.write(app());
    expect(await failureOf(misplaced.write(app()))).toBeInstanceOf(StorageError);
    expect(await failureOf(misplaced.read())).toBeInstanceOf(StorageError);
  });
});
