/** What routing cannot say of a request: rows, nesting, boxes left empty, what the service insists on. */

import { createHash } from 'crypto';
import type { IExecuteSingleFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { shapeOf } from '../shapes';
import { MISSING, get, isObject, put, remove, type JsonObject } from './json';
import type { Field, Shape } from './shape';
import { Unfit, clean, requireAll, resolve } from './values';
import { complete, underlay, write } from './wire';

export async function prepare(
	this: IExecuteSingleFunctions,
	request: IHttpRequestOptions,
): Promise<IHttpRequestOptions> {
	const shape = shapeOf(this.getNodeParameter('operation') as string);
	try {
		return finish(this, shape, request);
	} catch (error) {
		if (!(error instanceof Unfit))
			throw new NodeOperationError(this.getNode(), error as Error, { itemIndex: this.getItemIndex() });
		throw new NodeOperationError(this.getNode(), error.words, {
			description: error.hint,
			itemIndex: this.getItemIndex(),
		});
	}
}

function finish(context: IExecuteSingleFunctions, shape: Shape, request: IHttpRequestOptions): IHttpRequestOptions {
	const query: JsonObject = isObject(request.qs) ? request.qs : {};
	const headers: JsonObject = isObject(request.headers) ? request.headers : {};
	const body: JsonObject = isObject(request.body) ? request.body : {};
	const values: JsonObject = {};
	for (const [name, declared] of Object.entries(shape.inputs)) {
		const field = resolve(declared);
		const value = clean(given(context, field), field, field.label ?? name);
		if (value !== undefined) values[name] = value;
		if (field.in === 'path') checkSegment(field, value);
		else if (field.in === 'query') addToQuery(query, field, value);
		else if (field.in === 'header') addHeader(headers, field, value);
		else addToBody(body, field, value);
	}
	requireAll(values, shape.inputs);
	underlay(body, shape.body ?? {});
	complete(body, shape.bodyDefaults ?? []);
	request.qs = query as IHttpRequestOptions['qs'];
	request.headers = headers as IHttpRequestOptions['headers'];
	// n8n leaves out an empty object, but sends a text as it stands.
	if (shape.hasBody) request.body = (Object.keys(body).length > 0 ? body : '{}') as IHttpRequestOptions['body'];
	else delete request.body;
	if (shape.idempotency !== undefined && headers[shape.idempotency] === undefined)
		headers[shape.idempotency] = idempotencyKey(context, request);
	return request;
}

/** What the field's box holds; undefined when the box is not shown. */
function given(context: IExecuteSingleFunctions, field: Field): unknown {
	if (field.parameter === undefined) return undefined;
	if (!field.additional) return context.getNodeParameter(field.parameter, undefined) as unknown;
	const boxes = context.getNodeParameter('additionalFields', {}) as unknown;
	return isObject(boxes) ? boxes[field.parameter] : undefined;
}

/** The address is made of the value as it is; a dot segment in it would lead elsewhere. */
function checkSegment(field: Field, value: unknown): void {
	if (value === '.' || value === '..') throw new Unfit(`${field.label} cannot be “${value}”.`);
}

function addToQuery(query: JsonObject, field: Field, value: unknown): void {
	const name = field.wireName as string;
	if (field.routed) {
		if (value === undefined) delete query[name];
		else query[name] = value;
	} else if (value !== undefined) {
		query[name] = [...asList(query[name]), ...asList(value)];
	}
}

function asList(value: unknown): unknown[] {
	if (value === undefined) return [];
	return Array.isArray(value) ? (value as unknown[]) : [value];
}

function addHeader(headers: JsonObject, field: Field, value: unknown): void {
	const name = field.wireName as string;
	if (value === undefined) delete headers[name];
	else headers[name] = String(value);
}

function addToBody(body: JsonObject, field: Field, value: unknown): void {
	const [place] = field.at as string[];
	if (value !== undefined && field.routed) put(body, place, value);
	else if (value !== undefined) write(body, field, value);
	else if (field.routed && get(body, place) !== MISSING) remove(body, place);
}

/**
 * A key that is the same when n8n tries the same item of the same run again, so that the service does it once,
 * and another for every other run, item or request.
 */
function idempotencyKey(context: IExecuteSingleFunctions, request: IHttpRequestOptions): string {
	const run = context.evaluateExpression('{{ $runIndex }}', context.getItemIndex());
	const parts = [
		context.getInstanceId(),
		context.getExecutionId(),
		context.getNode().id,
		run,
		context.getItemIndex(),
		request.method,
		request.url,
		request.body,
	];
	return `n8n-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`;
}
