/** Files: n8n keeps them beside the JSON of an item, as binary data under a name. */

import type { IBinaryKeyData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { resolve } from './core/field';
import type { ActionDefinition } from './core/types';

type Values = Record<string, unknown>;

interface Field {
	items?: Field;
	properties?: Record<string, Field>;
	$ref?: string;
	'x-file'?: boolean;
}

/** The inputs with the content of binary data in place of its name. What is wrong with them is for the runtime to say. */
export async function withFiles(
	context: IExecuteFunctions,
	action: ActionDefinition,
	inputs: Values,
	item: number,
): Promise<Values> {
	const fields = action.inputs.properties as Record<string, Field>;
	const filled: Values = {};
	for (const [name, value] of Object.entries(inputs)) {
		filled[name] = name in fields ? await read(context, fields[name], value, action.inputs, item) : value;
	}
	return filled;
}

async function read(
	context: IExecuteFunctions,
	declared: Field,
	value: unknown,
	schema: object,
	item: number,
): Promise<unknown> {
	const field = resolve(schema, declared) as Field;
	if (field['x-file']) return typeof value === 'string' ? await binary(context, value, item) : value;
	const { items, properties } = field;
	if (Array.isArray(value) && items !== undefined) {
		return await Promise.all(value.map(async (one) => await read(context, items, one, schema, item)));
	}
	if (!isObject(value) || properties === undefined) return value;
	const filled: Values = {};
	for (const [name, inner] of Object.entries(value)) {
		filled[name] = name in properties ? await read(context, properties[name], inner, schema, item) : inner;
	}
	return filled;
}

async function binary(context: IExecuteFunctions, name: string, item: number): Promise<Values> {
	const { mimeType, fileName } = context.helpers.assertBinaryData(item, name);
	const content = await context.helpers.getBinaryDataBuffer(item, name);
	return { $content: content, '$content-type': mimeType, $filename: fileName };
}

/** The outputs of a run without the content of its files, and the files as binary data. */
export async function withoutFiles(
	context: IExecuteFunctions,
	action: ActionDefinition,
	outputs: IDataObject,
): Promise<{ json: IDataObject; binary?: IBinaryKeyData }> {
	const json = { ...outputs };
	const files: IBinaryKeyData = {};
	for (const [name, declared] of Object.entries(action.outputs.properties as Record<string, Field>)) {
		const value = outputs[name];
		if (!(resolve(action.outputs, declared) as Field)['x-file'] || !isObject(value)) continue;
		const { $content: content, $filename: filename, '$content-type': contentType } = value as Record<string, string>;
		files[name] = await context.helpers.prepareBinaryData(Buffer.from(content, 'base64'), filename, contentType);
		json[name] = { '$content-type': contentType, ...(filename === undefined ? {} : { $filename: filename }) };
	}
	return Object.keys(files).length === 0 ? { json } : { json, binary: files };
}

function isObject(value: unknown): value is Values {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
