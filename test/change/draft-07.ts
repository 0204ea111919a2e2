/** The part of JSON Schema draft-07 that the change's schema uses, judged as an editor would; any other keyword throws. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: { readonly [key: string]: Schema };
  readonly additionalProperties?: boolean | Schema;
  readonly definitions?: { readonly [name: string]: Schema };
  readonly items?: Schema;
}

type Judge = (schema: Schema, value: unknown, at: string) => string | undefined;
type Rule = (wanted: never, value: unknown, at: string, judge: Judge, schema: Schema) => boolean | string | undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isOfType(type: string, value: unknown): boolean {
  if (type === 'object') return isObject(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return type === 'null' ? value === null : typeof value === type;
}

const firstOf = (found: readonly (string | undefined)[]) => found.find((fault) => fault !== undefined);

/** Each answers false or a fault where the value does not suit. */
const rules: { readonly [keyword: string]: Rule } = {
  type: (type: string | readonly string[], value) => [type].flat().some((each) => isOfType(each, value)),
  const: (wanted: unknown, value) => value === wanted,
  enum: (wanted: readonly unknown[], value) => wanted.includes(value),
  pattern: (wanted: string, value) => typeof value !== 'string' || new RegExp(wanted).test(value),
  minLength: (wanted: number, value) => typeof value !== 'string' || value.length >= wanted,
  maxLength: (wanted: number, value) => typeof value !== 'string' || value.length <= wanted,
  minimum: (wanted: number, value) => typeof value !== 'number' || value >= wanted,
  maximum: (wanted: number, value) => typeof value !== 'number' || value <= wanted,
  minItems: (wanted: number, value) => !Array.isArray(value) || value.length >= wanted,
  required: (wanted: readonly string[], value) => !isObject(value) || wanted.every((key) => Object.hasOwn(value, key)),
  items: (wanted: Schema, value, at, judge) =>
    Array.isArray(value) ? firstOf(value.map((item, index) => judge(wanted, item, `${at}[${index}]`))) : true,
  propertyNames: (wanted: Schema, value, at, judge) =>
    isObject(value) ? firstOf(Object.keys(value).map((key) => judge(wanted, key, `${at}.${key}`))) : true,
  properties: (wanted: Readonly<Record<string, Schema>>, value, at, judge) =>
    isObject(value)
      ? firstOf(
          Object.entries(wanted).map(([key, of]) =>
            Object.hasOwn(value, key) ? judge(of, value[key], `${at}.${key}`) : undefined,
          ),
        )
      : true,
  additionalProperties: (wanted: boolean | Schema, value, at, judge, { properties = {} }) =>
    isObject(value) && wanted !== true
      ? firstOf(
          Object.keys(value)
            .filter((key) => !Object.hasOwn(properties, key))
            .map((key) => (wanted === false ? `${at}.${key}: not known` : judge(wanted, value[key], `${at}.${key}`))),
        )
      : true,
  anyOf: (wanted: readonly Schema[], value, at, judge) => wanted.some((one) => judge(one, value, at) === undefined),
  oneOf: (wanted: readonly Schema[], value, at, judge) =>
    wanted.filter((one) => judge(one, value, at) === undefined).length === 1,
  allOf: (wanted: readonly Schema[], value, at, judge) => firstOf(wanted.map((one) => judge(one, value, at))),
};
const sayings = ['$schema', 'title', 'description', 'default', 'definitions', 'id', 'examples'];

/** The first fault of the value; undefined: it suits. */
export function faultOf(whole: Schema, data: unknown): string | undefined {
  const judge: Judge = (schema, value, at) => {
    if (schema.$ref !== undefined) return judge(definition(schema.$ref), value, at);
    const found = Object.entries(schema).map(([keyword, wanted]) => {
      if (sayings.includes(keyword)) return undefined;
      const rule = rules[keyword];
      if (rule === undefined) throw new Error(`the schema uses ${keyword}, which this does not know`);
      const said = rule(wanted as never, value, at, judge, schema);
      return said === false ? `${at}: ${keyword}` : said === true ? undefined : said;
    });
    return firstOf(found);
  };
  const definition = (reference: string): Schema => {
    const found = whole.definitions?.[reference.replace('#/definitions/', '')];
    if (found === undefined) throw new Error(`${reference} leads nowhere`);
    return found;
  };
  return judge(whole, data, '');
}
