/** From what stands in the node's boxes to the values that an action means. */

import { MISSING, copy, get, has, isObject, readJson, type JsonObject } from './json';
import type { Field } from './shape';
import { shared } from '../shapes/shared';

/** A box that must be filled in and is not, or holds something that cannot be read. */
export class Unfit extends Error {
	constructor(
		readonly words: string,
		readonly hint = '',
	) {
		super(words);
	}
}

export function resolve(field: Field): Field {
	return field.ref === undefined ? field : { ...resolve(shared[field.ref]), ...field, ref: undefined };
}

/** The value without empty parts; undefined when nothing is left. */
export function clean(given: unknown, declared: Field, where = ''): unknown {
	const field = resolve(declared);
	const value = located(given);
	if (value === null || value === undefined) return undefined;
	if (field.items !== undefined) return cleanList(rowsOf(value, field, where), field, where);
	if (value === '') return field.keepEmpty ? value : undefined;
	if (field.properties !== undefined && !isText(field, value))
		return cleanRow(objectOf(parsed(value, where), where), field, where);
	if (field.types?.includes('object')) {
		if (typeof value === 'string' && field.types.includes('string')) return value;
		return copy(objectOf(parsed(value, where), where));
	}
	return scalar(value, field);
}

/** What a list's box holds: rows of the form, several values, or JSON. */
function rowsOf(value: unknown, field: Field, where: string): unknown[] {
	const list = parsed(has(value, 'rows') ? value.rows : value, where);
	if (Array.isArray(list)) return list;
	if (list === '' || list === undefined || (isObject(list) && Object.keys(list).length === 0)) return [];
	if (isObject(list) && field.mapKey !== undefined) {
		const { mapKey, mapValue } = field;
		return Object.entries(list).map(([key, entry]) => ({
			[mapKey]: key,
			...(mapValue === undefined ? (entry as JsonObject) : { [mapValue]: entry }),
		}));
	}
	throw new Unfit(`${where} is not a list.`);
}

function cleanList(values: unknown[], field: Field, where: string): unknown[] | undefined {
	const item = resolve(field.items as Field);
	const kept: unknown[] = [];
	values.forEach((value, index) => {
		const cleaned = clean(unwrapped(value, item), item, `${where}, row ${index + 1}`);
		const idle = item.properties !== undefined && isObject(cleaned) && Object.keys(cleaned).length === 0;
		if (cleaned !== undefined && !idle) kept.push(cleaned);
	});
	return kept.length > 0 || field.keepEmpty ? kept : undefined;
}

/** An entry that was given as the object it is on the wire. */
function unwrapped(value: unknown, item: Field): unknown {
	if (item.at === undefined || !isObject(value) || item.types?.includes('object')) return value;
	const inner = get(value, item.at[0]);
	return inner === MISSING ? value : inner;
}

function cleanRow(given: JsonObject, field: Field, where: string): JsonObject {
	const { additionalFields, ...boxes } = given;
	const row: JsonObject = { ...boxes, ...(isObject(additionalFields) ? additionalFields : {}) };
	const cleaned: JsonObject = {};
	for (const [name, declared] of Object.entries(field.properties as Record<string, Field>)) {
		const inner = resolve(declared);
		const label = where === '' ? (inner.label ?? name) : `${where}, ${inner.label ?? name}`;
		const box = declared.parameter !== undefined && has(row, declared.parameter) ? declared.parameter : name;
		const value = clean(has(row, box) ? row[box] : undefined, inner, label);
		if (value !== undefined) cleaned[name] = value;
		delete row[box];
	}
	const unknown = Object.keys(row);
	if (unknown.length > 0) throw new Unfit(`${where} has no field “${unknown[0]}”.`);
	requireAll(cleaned, field.properties as Record<string, Field>, where);
	return cleaned;
}

/** Complains about the first box that must be filled in and is not. */
export function requireAll(values: JsonObject, fields: Record<string, Field>, where = ''): void {
	for (const [name, declared] of Object.entries(fields)) {
		if (!declared.required || has(values, name)) continue;
		const label = resolve(declared).label ?? name;
		throw new Unfit(`${where === '' ? '' : `${where}, `}${label} is missing: it must be filled in.`);
	}
}

function scalar(value: unknown, field: Field): unknown {
	const types = field.types ?? [];
	if (typeof value === 'string') {
		if (types.includes('integer') && /^-?\d{1,15}$/.test(value)) return Number(value);
		if (types.includes('number') && !types.includes('string') && value.trim() !== '' && !isNaN(Number(value)))
			return Number(value);
		if (types.includes('boolean') && !types.includes('string') && /^(true|false)$/.test(value))
			return value === 'true';
		return value;
	}
	if (types.length === 1 && types[0] === 'string' && !isObject(value) && !Array.isArray(value))
		return String(value);
	return value;
}

function isText(field: Field, value: unknown): boolean {
	if (typeof value !== 'string') return false;
	return (field.types?.includes('string') ?? false) && !value.trim().startsWith('{');
}

/** The value of a resource locator, or the value itself. */
function located(value: unknown): unknown {
	return has(value, '__rl') ? value.value : value;
}

function parsed(value: unknown, where: string): unknown {
	if (typeof value !== 'string' || value.trim() === '') return value;
	const read = readJson(value);
	if (read === MISSING)
		throw new Unfit(`${where} is not JSON.`, 'Text stands in double quotes, and nothing follows the last entry.');
	return read;
}

function objectOf(value: unknown, where: string): JsonObject {
	if (isObject(value)) return value;
	throw new Unfit(`${where} is not an object.`, 'It must look like {"name": "value"}.');
}
