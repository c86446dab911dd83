import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import type { Mode } from '../../sample/stand-in/modes.ts';

const FOLDER = join(import.meta.dirname, '../../../shared/data/openapi');
const FILES = {
  spotify: 'official-spotify-open-api.2026-05-30.yml',
  reccobeats: 'reccobeats-openapi.unofficial.yml',
};

/** Whether the OpenAPI files are here; they are no part of the project. */
export const hasOpenApi = (): boolean => existsSync(FOLDER);

/** A service that has an OpenAPI file. */
type Service = keyof typeof FILES;

/** An answer to be held against the service's OpenAPI file. */
export interface Answer {
  service: Service;
  mode: Mode;
  /** GET unless told. */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the base URL, without the query. */
  path: string;
  status: number;
  body: unknown;
}

/** What an OpenAPI file has against an answer. `rule` is `path`, `status` or a JSON Schema keyword. */
export interface Complaint {
  rule: string;
  /** JSON pointer into the body; empty for `path` and `status`. */
  at: string;
  /** The value there; for `required` the name of what is missing. */
  value: unknown;
}

/** A JSON Schema; `$ref`s start with the service's name: `spotify#/components/schemas/ArtistObject`. */
export type Schema = { [keyword: string]: unknown };

interface Response {
  $ref?: string;
  content?: { 'application/json'?: { schema: Schema } };
}
type Method = 'get' | 'post' | 'put' | 'delete';
interface Document {
  paths: Record<string, Partial<Record<Method, { responses: Record<string, Response> }>> | undefined>;
  components: { responses: Record<string, Response | undefined> };
}

/** The kind of object that a `$ref` leads to, as its `type` has it: `track` for `…/TrackObject`. */
const kindOf = ({ $ref }: Schema): string => /(\w+)Object$/.exec(`${$ref}`)?.[1]?.toLowerCase() ?? '';

/** Says what OpenAPI's discriminator means in JSON Schema's words: only the object of that `type` is held against. */
function discriminated(key: string, value: unknown): unknown {
  const schema = value as Schema | null;
  if (key === '' || !schema?.discriminator || !Array.isArray(schema.oneOf)) return value;
  const { discriminator: _, oneOf, ...rest } = schema;
  const isOther = (kind: string): Schema => ({ properties: { type: { not: { const: kind } } } });
  return {
    ...rest,
    properties: { type: { enum: oneOf.map(kindOf) } },
    allOf: oneOf.map((object: Schema) => ({ if: isOther(kindOf(object)), else: object })),
  };
}

function load(service: Service): Document {
  const text = readFileSync(join(FOLDER, FILES[service]), 'utf8');
  return parse(text.replaceAll('#/components/', `${service}#/components/`), (key, value) =>
    discriminated(`${key}`, value),
  ) as Document;
}

const isParameter = (part: string): boolean => part.startsWith('{');

/** How many literal parts of the template the path fits with; undefined where it does not fit. */
function literalParts(template: string, path: string): number | undefined {
  const parts = template.split('/');
  const given = path.split('/');
  const fits =
    parts.length === given.length && parts.every((part, i) => isParameter(part) || part === given[i]);
  return fits ? parts.filter((part) => !isParameter(part)).length : undefined;
}

/** The OpenAPI files of the services that the stand-in stands in for. */
export class OpenApi {
  readonly #documents = { spotify: load('spotify'), reccobeats: load('reccobeats') };
  readonly #ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, verbose: true });

  constructor() {
    for (const [name, document] of Object.entries(this.#documents)) {
      this.#ajv.addSchema(document as unknown as Schema, name, undefined, false);
    }
  }

  /** What the file has against an answer; empty where it fits. */
  complaints(answer: Answer): Complaint[] {
    const { paths, components } = this.#documents[answer.service];
    const templates = Object.keys(paths).filter(
      (template) => literalParts(template, answer.path) !== undefined,
    );
    templates.sort((a, b) => (literalParts(b, answer.path) ?? 0) - (literalParts(a, answer.path) ?? 0));
    const operation = paths[templates[0] ?? '']?.[(answer.method ?? 'GET').toLowerCase() as Method];
    if (operation === undefined) return [{ rule: 'path', at: '', value: answer.path }];
    const declared = operation.responses[answer.status];
    if (declared === undefined) return [{ rule: 'status', at: '', value: answer.status }];
    const response = declared.$ref ? components.responses[declared.$ref.split('/').at(-1) ?? ''] : declared;
    const schema = response?.content?.['application/json']?.schema;
    return schema === undefined ? [] : this.against(schema, answer.body);
  }

  /** What a schema has against a value. */
  against(schema: Schema, value: unknown): Complaint[] {
    const validate = this.#ajv.compile(schema);
    validate(value);
    // What `if` has against a value stands in the errors of its branch.
    const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if');
    return errors.map(({ keyword, instancePath, data, params }) => ({
      rule: keyword,
      at: instancePath,
      value: keyword === 'required' ? params.missingProperty : data,
    }));
  }
}
