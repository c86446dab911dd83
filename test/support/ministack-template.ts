import { ENVIRONMENT } from '../../core/names.ts';

/** A template of CloudFormation, as much of it as is looked at here. */
export interface Template {
  Parameters?: Record<string, { Type: string }>;
  Resources: Record<string, Resource>;
}

interface Resource {
  Type: string;
  DependsOn?: string | string[];
  Properties?: Record<string, unknown>;
}

interface LambdaProperties {
  Environment?: { Variables: Record<string, unknown> };
}

/** What of the stack MiniStack cannot make or cannot run with, by type, and why. */
const LEFT_OUT: Record<string, string> = {
  'AWS::EC2::FlowLog': 'it makes none',
  'AWS::EC2::SecurityGroupEgress': 'it makes none',
  'AWS::EC2::SecurityGroupIngress': 'it makes none',
  'AWS::CloudWatch::Alarm of Metrics': 'it knows alarms of one metric alone',
  'Custom::VpcRestrictDefaultSG':
    "its function needs the SDK's client for EC2, which Lambda's Node brings along",
};

/** The same of one way out or of another. */
const WAYS_LEFT_OUT: Record<string, string>[] = [
  { 'AWS::EC2::Instance': 'it makes none' },
  { 'AWS::EC2::NatGateway': 'it makes none', 'AWS::EC2::EIP': 'it makes none' },
];

/** What stands in the place of what was left out. */
export interface Instead {
  /** `mysql://host:port/name`, without a user. */
  database: string;
  login: { username: string; password: string };
  /** Folder of packages for the functions of the CDK, which rely on the SDK that Lambda's Node brings along. */
  modules: string;
}

/**
 * The template with what MiniStack can make: without what is `LEFT_OUT`, with a name in the place of every reference to
 * that; the functions find the database elsewhere, and its password in a secret as RDS makes it.
 */
export function fitTemplate(template: Template, { database, login, modules }: Instead): Template {
  const kinds = Object.entries(template.Resources).map(([id, resource]) => [id, kindOf(resource)] as const);
  const has = (kind: string): boolean => kinds.some(([, other]) => other === kind);
  const way = WAYS_LEFT_OUT.find((left) => Object.keys(left).every(has));
  const leftOut = { ...LEFT_OUT, ...way };
  for (const kind of Object.keys(LEFT_OUT)) {
    if (!has(kind)) throw new Error(`LEFT_OUT: the stack has no ${kind}`);
  }
  if (!way) throw new Error('WAYS_LEFT_OUT: the stack has none of these');
  const gone = new Set(kinds.filter(([, kind]) => kind in leftOut).map(([id]) => id));
  const fitted = replaced(template, (value) => {
    const [id, attribute] = reference(value);
    if (attribute === 'MasterUserSecret.SecretArn') return secretArn(LOGIN);
    if (id === undefined) return value;
    // To CloudFormation a reference to a secret is its ARN, to MiniStack its name.
    if ('Ref' in value && template.Resources[id]?.Type === SECRET) return secretArn(id);
    return gone.has(id) ? `left-out-${id}` : value;
  }) as Template;
  for (const [id, resource] of Object.entries(fitted.Resources)) {
    if (gone.has(id)) delete fitted.Resources[id];
    if (resource.DependsOn) resource.DependsOn = [resource.DependsOn].flat().filter((on) => !gone.has(on));
    if (resource.Type !== 'AWS::Lambda::Function') continue;
    const properties = resource.Properties as LambdaProperties;
    const ours = properties.Environment?.Variables ?? {};
    if (ours[ENVIRONMENT.database]) {
      // Another database is another configuration of the function, as it is at AWS.
      ours.INSTEAD_OF = JSON.stringify(ours[ENVIRONMENT.database]);
      ours[ENVIRONMENT.database] = database;
    }
    if (!properties.Environment) properties.Environment = { Variables: { NODE_PATH: modules } };
  }
  fitted.Resources[LOGIN] = { Type: SECRET, Properties: { SecretString: JSON.stringify(login) } };
  // Images of machines, of which none is left.
  for (const [id, { Type }] of Object.entries(fitted.Parameters ?? {})) {
    if (Type.includes('AWS::EC2::Image')) delete fitted.Parameters?.[id];
  }
  return fitted;
}

const kindOf = ({ Type, Properties }: Resource): string =>
  Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics ? `${Type} of Metrics` : Type;

const SECRET = 'AWS::SecretsManager::Secret';
const LOGIN = 'DatabaseLogin';

const secretArn = (id: string) => ({ 'Fn::GetAtt': [id, 'Id'] });

/** The resource that a value refers to, and which of its attributes. */
function reference(value: unknown): [id?: string, attribute?: string] {
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  return ref === undefined ? (attribute ?? []) : [ref];
}

/** A copy in which `replace` has seen every object. */
function replaced(value: unknown, replace: (value: object) => unknown): unknown {
  if (Array.isArray(value)) return value.map((part) => replaced(part, replace));
  if (typeof value !== 'object' || value === null) return value;
  const instead = replace(value);
  if (instead !== value) return instead;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, replaced(part, replace)]));
}
