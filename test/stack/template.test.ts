import { stringify } from 'yaml';
import { type Deployed, type Resource, synthesise } from './synthesise.ts';

/** What other tests hold to core/ and what changes with every line of code is left out. */
const LEFT_OUT: Record<string, string[]> = {
  'AWS::Glue::Table': ['TableInput'],
  'AWS::EventSchemas::Schema': ['Content'],
  'AWS::CloudWatch::Dashboard': ['DashboardBody'],
  'AWS::StepFunctions::StateMachine': ['DefinitionString'],
  'AWS::Lambda::Function': ['Code'],
};
type Short = Record<string, unknown>;

/** Resources by logical id, as a reviewer wants to see them. */
function shortOf({ Resources, Parameters, Rules, Outputs }: Deployed): Short {
  const resources = Object.entries(Resources).map(([id, resource]) => [idOf(id), shortResource(resource)]);
  const { BootstrapVersion: _, ...parameters } = Parameters;
  const { CheckBootstrapVersion: __, ...rules } = Rules;
  return short({ ...Object.fromEntries(resources), Parameters: parameters, Rules: rules, Outputs }) as Short;
}

function shortResource({ Type, Properties = {}, ...rest }: Resource): Short {
  const { Metadata: _, DependsOn: __, ...policies } = rest as Short;
  const kept = Object.entries(Properties).filter(([name]) => !LEFT_OUT[Type]?.includes(name));
  return { is: Type, ...policies, ...Object.fromEntries(kept) };
}

/** A version's id holds a hash of the function's code. */
const idOf = (id: string): string => id.replace(/(CurrentVersion)[0-9A-F]{8}[0-9a-f]{32}/, '$1');

/** References and texts of CloudFormation in one line each, without hashes of assets. */
function short(value: unknown): unknown {
  if (typeof value === 'string') return idOf(value).replace(/[0-9a-f]{64}/g, '(asset)');
  if (Array.isArray(value)) return value.map(short);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[key, inner] = []] = entries.length === 1 ? entries : [];
  if (key === 'Ref') return `<${idOf(String(inner))}>`;
  if (key === 'Fn::GetAtt') return `<${(inner as string[]).map(idOf).join('.')}>`;
  if (key === 'Fn::Join') {
    const [separator, parts] = inner as [string, unknown[]];
    return parts
      .map((part) => textOf(short(part)))
      .join(separator)
      .replace(OWN_ARN, '');
  }
  if ('Effect' in value) return statementOf(value as Statement);
  return Object.fromEntries(
    entries.filter(([name]) => name !== 'Tags').map(([name, part]) => [name, short(part)]),
  );
}

/** What every ARN of this account and region begins with. */
const OWN_ARN = /^arn:<AWS::Partition>:(?=[a-z0-9-]+:<AWS::Region>:<AWS::AccountId>:)/;

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  [more: string]: unknown;
}

/** A statement of a policy in a line or two. */
function statementOf({ Effect, Action, Resource, ...more }: Statement): Short {
  const line = (part: unknown): string => [short(part)].flat().map(textOf).join(', ');
  const on = Resource === undefined ? {} : { on: line(Resource) };
  return { [Effect]: line(Action), ...on, ...(short(more) as Short) };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const textOfTemplate = (template: Short): string =>
  stringify(template, { lineWidth: 0, aliasDuplicateObjects: false });

/** What is other in `to` than in `from`: the ids that are gone, whole resources that are new, and other properties. */
function difference(from: Short, to: Short): Short {
  const gone = Object.keys(from).filter((id) => !(id in to));
  const others = Object.entries(to).flatMap(([id, part]) => {
    if (JSON.stringify(part) === JSON.stringify(from[id])) return [];
    const isDeep = isObject(part) && isObject(from[id]) && id in from;
    return [[id, isDeep ? difference(from[id] as Short, part as Short) : part]];
  });
  return { ...(gone.length > 0 ? { gone } : {}), ...Object.fromEntries(others) };
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const byDefault = shortOf(synthesise());

/** A change here is a change of somebody's account: look for what is replaced, allowed or opened. */
test('the template of the default settings', () => {
  expect(textOfTemplate(byDefault)).toMatchSnapshot();
});

test('how the other choices differ from it', () => {
  const other = shortOf(
    synthesise({
      database: 'aurora-serverless',
      multiAz: true,
      egress: 'nat-gateway',
      production: true,
      email: 'someone@example.com',
      notices: 'every-run',
    }),
  );
  expect(textOfTemplate(difference(byDefault, other))).toMatchSnapshot();
});
