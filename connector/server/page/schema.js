// What kind of control a field of a definition needs. Pure functions over the catalogue's JSON Schemas.

/** The field itself, or what its `$ref` names; the keywords beside the `$ref` win. */
export function resolve(field, root) {
  if (!field?.$ref) return field ?? {};
  const { $ref, ...beside } = field;
  return { ...resolve(root.$defs?.[$ref.replace("#/$defs/", "")], root), ...beside };
}

export const typesOf = (schema) => (schema.type === undefined ? [] : [schema.type].flat());

export const namesOf = (schema) => schema["x-order"] ?? Object.keys(schema.properties ?? {});

export const titleOf = (schema, name) => schema.title ?? name;

const hasFields = (schema) => namesOf(schema).length > 0;

const isBinary = (schema) => schema["x-file"] || schema.contentEncoding === "base64" || ["binary", "byte"].includes(schema.format);

/**
 * The kind of control: `secret`, `file`, `choices` (a drop-down that another action fills), `select`, `yes-no`, `number`,
 * `line`, `text`, `rows` (objects with fields), `list` (single values), `group` (one object with fields), `map` (an object of
 * free names), `text-or-group`, or `json` (anything).
 */
export function kindOf(schema, root) {
  const types = typesOf(schema).filter((type) => type !== "null");
  const only = types.length === 1 ? types[0] : null;
  if (schema.writeOnly && only === "string") return "secret";
  if (isBinary(schema)) return "file";
  if (schema["x-ms-dynamic-values"]) return "choices";
  if (schema.enum) return "select";
  if (only === "boolean") return "yes-no";
  if (only === "integer" || only === "number") return "number";
  if (only === "array") return listKind(resolve(schema.items, root));
  if (only === "object") return hasFields(schema) ? "group" : "map";
  if (only === "string") return isOneLine(schema) ? "line" : "text";
  if (types.includes("object") && types.includes("string") && hasFields(schema)) return "text-or-group";
  return types.length > 0 && types.every((type) => ["string", "integer", "number"].includes(type)) ? "line" : "json";
}

function listKind(items) {
  const types = typesOf(items);
  if (isBinary(items)) return "list";
  if (types.length === 1 && types[0] === "object" && hasFields(items)) return "rows";
  return types.length === 0 || types.includes("array") ? "json" : "list";
}

/** Names, keys and addresses take one line; everything that may be prose grows with its text. */
function isOneLine(schema) {
  if (schema.maxLength !== undefined || schema.pattern !== undefined || schema.format !== undefined) return true;
  const examples = schema.examples ?? [];
  return examples.length > 0 && examples.every((example) => !/\s|^[[{<]/.test(String(example)));
}

/** Whether the text is likely to be longer than a line. */
export const isLong = (schema) => (schema.examples ?? []).some((example) => /[.!?]$|\n|<\w/.test(String(example)));

/** A copy of the inputs without the values of secret fields and without files, at any depth. */
export function withoutSecrets(schema, root, value) {
  const own = resolve(schema, root);
  if (own.writeOnly || own["x-file"]) return undefined;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(own.items, root, item)).filter((item) => item !== undefined);
  if (value === null || typeof value !== "object") return value;
  const kept = {};
  for (const [name, inner] of Object.entries(value)) {
    const shown = withoutSecrets(own.properties?.[name] ?? own.additionalProperties, root, inner);
    if (shown !== undefined) kept[name] = shown;
  }
  return kept;
}

/** How a field's type reads to somebody who fills in a form. */
export function typeName(schema, root) {
  const names = { string: "text", integer: "whole number", number: "number", boolean: "yes or no", array: "list", object: "object" };
  const own = resolve(schema, root);
  const types = typesOf(own).filter((type) => type !== "null");
  if (own["x-file"]) return "file";
  if (own.format === "date-time") return "time";
  if (types.includes("array") && hasFields(resolve(own.items, root))) return "table";
  return types.map((type) => names[type] ?? type).join(" or ") || "any";
}

/** The label of the field at a path: “Recipients, row 2, Email”. */
export function labelOf(root, path) {
  let schema = root;
  const labels = [];
  for (const step of path.match(/[^.[\]]+|\[\d+\]/g) ?? []) {
    if (step.startsWith("[")) {
      labels.push(`row ${Number(step.slice(1, -1)) + 1}`);
      schema = resolve(schema?.items, root);
    } else {
      schema = resolve(schema?.properties?.[step], root);
      labels.push(titleOf(schema, step));
    }
  }
  return labels.join(", ") || "The inputs";
}
