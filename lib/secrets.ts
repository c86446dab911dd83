import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ENVIRONMENT } from '../core/names.ts';
import { type Access, acknowledge } from './access.ts';
import type { Settings } from './settings.ts';

/**
 * The secrets that people fill in: the Spotify app's and the user's. They are made with their fields named and empty.
 * CloudFormation writes a value only where the template's has changed, so these texts must never change: a deployment
 * with another would overwrite what was filled in.
 */
export class Secrets extends Construct {
  readonly app: Secret;
  /** For `soundalike login`. */
  readonly user: Secret;

  constructor(scope: Construct, id: string, { production }: Settings) {
    super(scope, id);
    const removalPolicy = production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.app = new Secret(this, 'SpotifyApp', {
      description: "The Spotify app's client id and secret, as its dashboard shows them",
      secretStringValue: SecretValue.unsafePlainText('{"client_id":"","client_secret":""}'),
      removalPolicy,
    });
    this.user = new Secret(this, 'SpotifyUser', {
      description: "The Spotify user's refresh token, which `soundalike login` writes",
      secretStringValue: SecretValue.unsafePlainText('{"refresh_token":"","scopes":"","authorized_at":""}'),
      removalPolicy,
    });
    acknowledge(this, { SMG4: 'Only Spotify renews these, by a visit of its user' });
  }

  /** Reading the app's. */
  get useApp(): Access {
    return access(ENVIRONMENT.spotifySecret, this.app, 'secretsmanager:GetSecretValue');
  }

  /** Reading the user's, to see how long it is good. */
  get readUser(): Access {
    return access(ENVIRONMENT.userSecret, this.user, 'secretsmanager:GetSecretValue');
  }

  /** Reading the user's, and writing it: Spotify may give a new refresh token at any time. */
  get useUser(): Access {
    const actions = ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'];
    return access(ENVIRONMENT.userSecret, this.user, ...actions);
  }
}

const access = (variable: string, { secretArn }: Secret, ...actions: string[]): Access => ({
  environment: { [variable]: secretArn },
  statements: [new PolicyStatement({ actions, resources: [secretArn] })],
});
