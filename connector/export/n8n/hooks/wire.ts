/** From values to the body as the service wants it: rows get their nesting back, keyed rows become an object. */

import { MISSING, assign, copy, get, has, isObject, put, tokens, type JsonObject } from './json';
import type { Completion, Field } from './shape';
import { resolve } from './values';

/** Puts a value where it belongs in the body, or in the object of its row. */
export function write(document: JsonObject, declared: Field, value: unknown): void {
	const field = resolve(declared);
	const place = (field.at as string[])[0];
	const wire = toWire(field, value);
	if (!field.spread) {
		put(document, place, wire);
		return;
	}
	const target = get(document, place);
	if (!isObject(target)) {
		put(document, place, wire);
		return;
	}
	for (const [name, entry] of Object.entries(wire as JsonObject)) {
		if (!has(target, name)) assign(target, name, entry);
	}
}

function toWire(declared: Field, value: unknown): unknown {
	const field = resolve(declared);
	if (Array.isArray(value) && field.items !== undefined) {
		const item = resolve(field.items);
		if (field.mapKey !== undefined) return keyed(field, item, value as JsonObject[]);
		return value.map((entry) => toWireItem(item, entry));
	}
	return isObject(value) && field.properties !== undefined ? toWireRow(field, value) : value;
}

function keyed(field: Field, item: Field, rows: JsonObject[]): JsonObject {
	const document: JsonObject = {};
	for (const row of rows) {
		const { [field.mapKey as string]: key, ...rest } = row;
		const value = field.mapValue === undefined ? toWireRow(item, rest) : rest[field.mapValue];
		assign(document, String(key), value);
	}
	return document;
}

function toWireItem(item: Field, entry: unknown): unknown {
	if (item.textFor !== undefined && typeof entry === 'string')
		return Object.fromEntries(item.textFor.map((name) => [name, entry]));
	if (item.at !== undefined && !isObject(entry)) {
		const wrapped: JsonObject = {};
		put(wrapped, item.at[0], entry);
		return wrapped;
	}
	return toWire(item, entry);
}

function toWireRow(field: Field, row: JsonObject): JsonObject {
	const document: JsonObject = {};
	for (const [name, declared] of Object.entries(field.properties as Record<string, Field>)) {
		if (!has(row, name)) continue;
		const inner = resolve(declared);
		write(document, { ...inner, at: inner.at ?? [pointerOf(name)] }, row[name]);
	}
	return document;
}

function pointerOf(name: string): string {
	return `/${name.replace(/~/g, '~0').replace(/\//g, '~1').replace(/\./g, '/')}`;
}

/** What every request carries, under what the inputs said. */
export function underlay(body: JsonObject, fixed: JsonObject): void {
	for (const [name, value] of Object.entries(fixed)) {
		const present = has(body, name) ? body[name] : undefined;
		if (isObject(present) && isObject(value)) underlay(present, value);
		else if (present === undefined) assign(body, name, copy(value));
	}
}

/** Adds what the service wants to see beside what the inputs say. */
export function complete(body: JsonObject, completions: Completion[]): void {
	for (const { at, ifPresent, ifAbsent, set = {}, copy: copied = {} } of completions) {
		for (const target of objectsAt(body, tokens(at))) {
			if (ifPresent !== undefined && !has(target, ifPresent)) continue;
			if (ifAbsent !== undefined && has(target, ifAbsent)) continue;
			const taken = Object.entries(copied).map(([name, place]) => [name, get(body, place)] as const);
			for (const [name, value] of [...Object.entries(set), ...taken]) {
				if (value !== MISSING && !has(target, name)) assign(target, name, copy(value));
			}
		}
	}
}

function objectsAt(value: unknown, way: string[]): JsonObject[] {
	if (way.length === 0) return isObject(value) ? [value] : [];
	const [token, ...rest] = way;
	if (token === '*' && Array.isArray(value)) return value.flatMap((entry) => objectsAt(entry, rest));
	return has(value, token) ? objectsAt(value[token], rest) : [];
}
