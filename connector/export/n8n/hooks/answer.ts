/** From an answer to flat output fields: every declared field is there, null where nothing was sent. */

import { MISSING, get, isObject, readJson, type JsonObject } from './json';
import type { Field, Shape } from './shape';
import { resolve } from './values';

export interface Answer {
	status: number;
	text: string;
	/** The body's JSON; null when it is empty, `MISSING` when it is not JSON. */
	body: unknown;
}

export function readAnswer(status: number, received: unknown): Answer {
	const text = (typeof received === 'string' ? received : received ? JSON.stringify(received) : '').replace(
		/^\uFEFF/,
		'',
	);
	return { status, text, body: text.trim() === '' ? null : readJson(text) };
}

export function readsBody(shape: Shape): boolean {
	return Object.values(shape.outputs).some((field) => field.from === undefined);
}

export function flatten(shape: Shape, answer: Answer): JsonObject {
	return Object.fromEntries(
		Object.entries(shape.outputs).map(([name, field]) => [name, output(name, resolve(field), answer)]),
	);
}

function output(name: string, field: Field, answer: Answer): unknown {
	if (field.from === 'text') return answer.text === '' ? null : answer.text;
	if (field.from === 'status') return answer.status;
	if (field.from === 'success') return answer.status >= 200 && answer.status < 300;
	return read(name, field, answer.body) ?? field.fallback ?? null;
}

function read(name: string, field: Field, document: unknown): unknown {
	let found: unknown = null;
	for (const place of field.at ?? [`/${name.replace(/\./g, '/')}`]) {
		const value = get(document, place);
		if (value === MISSING || value === null) continue;
		const shaped = shape(field, value);
		if (fits(field, shaped)) return shaped;
		found = found ?? shaped;
	}
	return field.alternatives ? null : found;
}

function shape(field: Field, value: unknown): unknown {
	if (field.epochMilliseconds && typeof value === 'number') return isoTime(value);
	if (field.items === undefined) return value;
	const item = resolve(field.items);
	if (field.mapKey !== undefined && isObject(value))
		return Object.entries(value).map(([key, entry]) => keyedRow(field, item, key, entry));
	return Array.isArray(value) ? value.map((entry) => shapeItem(item, entry)) : value;
}

function isoTime(milliseconds: number): string | null {
	const moment = new Date(milliseconds);
	return isNaN(moment.getTime()) ? null : moment.toISOString();
}

function shapeItem(item: Field, entry: unknown): unknown {
	if (item.properties !== undefined && item.types?.includes('object')) return row(item, entry);
	return item.at === undefined ? entry : read('', item, entry);
}

function row(item: Field, entry: unknown): JsonObject {
	return Object.fromEntries(
		Object.entries(item.properties ?? {}).map(([name, field]) => [name, read(name, resolve(field), entry)]),
	);
}

function keyedRow(field: Field, item: Field, key: string, entry: unknown): JsonObject {
	const mapKey = field.mapKey as string;
	if (field.mapValue !== undefined) return { [mapKey]: key, [field.mapValue]: entry };
	return { ...row(item, entry), [mapKey]: key };
}

function fits(field: Field, value: unknown): boolean {
	if (field.types === undefined) return true;
	return field.types.some((type) => isOfType(type, value));
}

function isOfType(type: string, value: unknown): boolean {
	if (type === 'integer') return Number.isInteger(value);
	if (type === 'array') return Array.isArray(value);
	if (type === 'object') return isObject(value);
	if (type === 'null') return value === null;
	return typeof value === type;
}
