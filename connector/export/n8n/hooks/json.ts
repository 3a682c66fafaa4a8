/** JSON values, and JSON pointers into them (RFC 6901). */

export type JsonObject = Record<string, unknown>;

export const MISSING = Symbol('missing');

export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function copy<T>(value: T): T {
	return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

/** The value that a text is the JSON of; `MISSING` when it is none. */
export function readJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return MISSING;
	}
}

export function tokens(pointer: string): string[] {
	if (pointer === '') return [];
	return pointer
		.slice(1)
		.split('/')
		.map((token) => token.replace(/~1/g, '/').replace(/~0/g, '~'));
}

export function has(value: unknown, name: string): value is JsonObject {
	return isObject(value) && Object.prototype.hasOwnProperty.call(value, name);
}

/** The value at a place, or `MISSING`. */
export function get(document: unknown, pointer: string): unknown {
	let value = document;
	for (const token of tokens(pointer)) {
		if (has(value, token)) value = value[token];
		else if (Array.isArray(value) && /^\d+$/.test(token) && Number(token) < value.length)
			value = value[Number(token)] as unknown;
		else return MISSING;
	}
	return value;
}

/** Sets a name even where it is one that objects inherit, such as `__proto__`. */
export function assign(target: JsonObject, name: string, value: unknown): void {
	Object.defineProperty(target, name, {
		value,
		configurable: true,
		enumerable: true,
		writable: true,
	});
}

/** Writes a value at a place, making the objects on the way. */
export function put(document: JsonObject, pointer: string, value: unknown): void {
	const way = tokens(pointer);
	const last = way.pop() as string;
	let target = document;
	for (const token of way) {
		if (!has(target, token) || !isObject(target[token])) assign(target, token, {});
		target = target[token] as JsonObject;
	}
	assign(target, last, value);
}

/** Takes the value at a place away, and the objects on the way that are empty without it. */
export function remove(document: JsonObject, pointer: string): void {
	const way = tokens(pointer);
	const passed: JsonObject[] = [];
	let target: unknown = document;
	for (const token of way) {
		if (!has(target, token)) return;
		passed.push(target);
		target = target[token];
	}
	for (let depth = passed.length - 1; depth >= 0; depth--) {
		delete passed[depth][way[depth]];
		if (Object.keys(passed[depth]).length > 0) return;
	}
}
