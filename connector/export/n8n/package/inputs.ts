/** From the node's parameters to the inputs of an action. What is wrong with them is for the runtime to say. */

import { tryToParseDateTime, type IExecuteFunctions } from 'n8n-workflow';
import { resolve } from './core/field';
import type { ActionDefinition } from './core/types';

type Values = Record<string, unknown>;

interface Field {
	type?: string | string[];
	enum?: unknown[];
	format?: string;
	items?: Field;
	properties?: Record<string, Field>;
	$ref?: string;
	'x-keep-empty'?: boolean;
}

/** What says how to read parameters: the schema of the inputs, and the time zone of the workflow. */
interface Form {
	schema: object;
	timezone: string;
}

/** What n8n makes of a text with a time. */
interface DateTime {
	toFormat(format: string): string;
	toUTC(): { toISO(): string };
}

const TAKEN =
	'resource operation additionalFields returnAll wholePage rows descriptionType toolDescription simple allowUnauthorizedCerts'.split(
		' ',
	);
const LOCAL_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/** The inputs for one item, without the fields that were left empty. */
export function readInputs(context: IExecuteFunctions, action: ActionDefinition, item: number): Values {
	const more: unknown = context.getNodeParameter('additionalFields', item, null);
	const own = (parameter: string): unknown => context.getNodeParameter(parameter, item, null);
	const form = { schema: action.inputs, timezone: context.getTimezone() };
	return read(action.inputs.properties as Record<string, Field>, own, more, form);
}

/** The fields of an action or of a row: on their own, where empty is as good as absent, or added on purpose. */
function read(
	fields: Record<string, Field>,
	own: (parameter: string) => unknown,
	more: unknown,
	form: Form,
): Values {
	const added = isObject(more) ? more : {};
	const values: Values = {};
	for (const [name, declared] of Object.entries(fields)) {
		const parameter = parameterOf(name);
		const field = resolve(form.schema, declared) as Field;
		// A list that was added and has no rows is a list; one that an expression left out is not.
		const isAdded = field.items !== undefined && isBlank(added[parameter]);
		if (field['x-keep-empty'] && (isAdded || own(switchOf(parameter)) === true)) {
			values[name] = field.items === undefined ? '' : [];
			continue;
		}
		const alone = valueOf(own(parameter), declared, form);
		const value = isEmpty(alone) ? valueOf(added[parameter], declared, form) : alone;
		if (value !== undefined && value !== null) values[name] = value;
	}
	return values;
}

/** The name of a field in the node; `limit` is what n8n calls its own bound on items, and every object has some names. */
function parameterOf(name: string): string {
	if (name === 'limit') return 'pageSize';
	const parameter = name.replace(/[^A-Za-z0-9_]/g, '_');
	return TAKEN.includes(parameter) || parameter in {} ? `${parameter}_` : parameter;
}

/** The name of the switch that sends a field empty. */
function switchOf(parameter: string): string {
	return `${parameter}_empty`;
}

function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function valueOf(given: unknown, declared: Field, form: Form): unknown {
	const field = resolve(form.schema, declared) as Field;
	const value = located(given);
	if (field.items !== undefined) return listOf(value, resolve(form.schema, field.items) as Field, form);
	if (field.properties !== undefined) return rowOf(inRows(value), field, form);
	return scalar(value, field, form.timezone);
}

function listOf(value: unknown, item: Field, form: Form): unknown {
	const list = inRows(value);
	return Array.isArray(list) ? list.map((row) => rowOf(row, item, form)) : list;
}

/** A row of the form under the names of its fields; anything else as it is. */
function rowOf(row: unknown, field: Field, form: Form): unknown {
	if (field.enum !== undefined) return optionOf(row, field.enum);
	if (!isObject(row) || field.properties === undefined) return row;
	const { additionalFields, ...own } = row;
	const known = read(field.properties, (parameter) => own[parameter], additionalFields, form);
	const parameters = Object.keys(field.properties)
		.map(parameterOf)
		.flatMap((parameter) => [parameter, switchOf(parameter)]);
	const given = isObject(additionalFields) ? own : row;
	const strange = Object.entries(given).filter(([name]) => !parameters.includes(name) && !Object.hasOwn(known, name));
	return { ...Object.fromEntries(strange), ...known };
}

/** What a field of rows or of JSON holds. */
function inRows(value: unknown): unknown {
	if (isObject(value) && 'rows' in value) return value.rows;
	if (isBlank(value)) return undefined;
	return parsed(value);
}

function scalar(value: unknown, field: Field, timezone: string): unknown {
	const types = [field.type ?? []].flat();
	if (isObject(value) && typeof value.toISO === 'function') return (value.toISO as () => string | null)() ?? 'Invalid DateTime';
	if (typeof value !== 'string') {
		const isText = types.length === 1 && types[0] === 'string';
		return isText && (typeof value === 'number' || typeof value === 'boolean') ? String(value) : value;
	}
	if (field.enum !== undefined && types.includes('string')) return optionOf(value, field.enum);
	if (field.format === 'date-time' && LOCAL_TIME.test(value)) return moment(value, timezone);
	if (types.includes('string')) return value;
	if (types.includes('object') || types.includes('array')) return parsed(value);
	if (types.includes('boolean') && /^(true|false)$/.test(value)) return value === 'true';
	const isNumber = types.includes('integer') || types.includes('number');
	return isNumber && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}

/** The option that is chosen: a blank before it keeps n8n from taking one that begins with “=” for an expression. */
function optionOf(value: unknown, options: unknown[]): unknown {
	return typeof value === 'string' && value.startsWith(' =') && options.includes(value.slice(1)) ? value.slice(1) : value;
}

/** A time that the workflow's time zone has, as a moment; any other text as it is. */
function moment(text: string, timezone: string): string {
	try {
		const time = tryToParseDateTime(text, timezone) as unknown as DateTime;
		return time.toFormat('yyyy-MM-dd') === text.slice(0, 10) ? time.toUTC().toISO() : text;
	} catch {
		return text;
	}
}

/** The value of a text that is JSON; any other text as it is. */
function parsed(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		return value;
	}
}

/** The value of a resource locator, or the value itself. */
function located(value: unknown): unknown {
	return isObject(value) && '__rl' in value ? value.value : value;
}

/** What n8n has for rows of which there is none. */
function isBlank(value: unknown): boolean {
	return isObject(value) && Object.keys(value).length === 0;
}

function isObject(value: unknown): value is Values {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
