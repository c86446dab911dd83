import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type * as z from 'zod';
import { SecretError } from '../../core/errors.ts';
import type { WritableSecret } from '../../core/ports.ts';
import { nameOf, type Patience, patiently } from '../aws.ts';
import { JsonSecret } from './json-secret.ts';

/** What a `SecretsManagerSecret` needs. */
export interface SecretsManagerSecretOptions<T> extends Patience {
  client: SecretsManagerClient;
  /** Name or ARN. */
  id: string;
  schema: z.ZodType<T>;
}

/** A JSON secret in AWS Secrets Manager. */
export class SecretsManagerSecret<T> extends JsonSecret<T> implements WritableSecret<T> {
  protected readonly where: string;
  readonly #options: SecretsManagerSecretOptions<T>;

  constructor(options: SecretsManagerSecretOptions<T>) {
    super(options.schema);
    this.#options = options;
    this.where = `the secret ${options.id}`;
  }

  async write(value: T): Promise<void> {
    const { client, id } = this.#options;
    const command = new PutSecretValueCommand({ SecretId: id, SecretString: JSON.stringify(value) });
    await patiently(`store ${this.where}`, this.#options, () => client.send(command));
    this.forget();
  }

  protected async load(): Promise<string> {
    const { client, id } = this.#options;
    const command = new GetSecretValueCommand({ SecretId: id });
    const found = await patiently(`tell ${this.where}`, this.#options, () =>
      client.send(command).catch((error) => {
        if (nameOf(error) !== 'ResourceNotFoundException') throw error;
      }),
    );
    if (found?.SecretString === undefined) {
      throw new SecretError(
        `expected ${this.where} to have a value, got none`,
        'deploy the stack in this region, and fill the secret in with the console',
      );
    }
    return found.SecretString;
  }
}
