/** From the service's refusal to an error that says in one sentence what to do. */

import type { IExecuteSingleFunctions, IN8nHttpFullResponse, JsonObject as ErrorBody } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';
import { service } from '../shapes/service';
import type { Answer } from './answer';
import { get, isObject } from './json';
import type { KnownError, Shape } from './shape';
import { resolve } from './values';

export function isRefusal(shape: Shape, answer: Answer): boolean {
	const accepted = (answer.status >= 200 && answer.status < 300) || (shape.outcomes ?? []).includes(answer.status);
	if (!accepted) return true;
	const kind = get(answer.body, service.errorType);
	return typeof kind === 'string' && words(answer) !== '' && new RegExp(service.errorKinds).test(kind);
}

export function refusal(
	context: IExecuteSingleFunctions,
	shape: Shape,
	answer: Answer,
	response: IN8nHttpFullResponse,
): NodeApiError {
	const said = words(answer);
	const known = find(shape, answer.status, said);
	const wait = answer.status === 429 ? response.headers['retry-after'] : undefined;
	const message = known?.sentence ?? `The service refused the request (${answer.status}).`;
	const description = [
		said === '' ? '' : `${service.title} says: ${said}${/[.!?…]$/.test(said) ? '' : '.'}`,
		known?.hint ?? '',
		typeof wait === 'string' ? `Retry-After: ${wait}.` : '',
	]
		.filter((part) => part !== '')
		.join(' ');
	const error = new NodeApiError(context.getNode(), errorBody(answer), {
		message: filled(context, shape, message),
		description,
		httpCode: String(answer.status),
		itemIndex: context.getItemIndex(),
	});
	// Of an error that a workflow goes on with, only the context still tells the status.
	error.context.status = answer.status;
	return error;
}

function words(answer: Answer): string {
	const said = get(answer.body, service.errorMessage);
	return typeof said === 'string' ? said.replace(/\s+/g, ' ').trim().slice(0, 500) : '';
}

function find(shape: Shape, status: number, said: string): KnownError | undefined {
	return [...(shape.errors ?? []), ...service.errors].find(
		(known) =>
			known.status === status && (known.pattern === undefined || new RegExp(known.pattern, 'i').test(said)),
	);
}

/** `{list_id}` in a sentence becomes what the box of that name holds. */
function filled(context: IExecuteSingleFunctions, shape: Shape, sentence: string): string {
	return sentence.replace(/{([^}]+)}/g, (_, name: string) => {
		const field = shape.inputs[name];
		if (field?.parameter === undefined || resolve(field).secret) return name;
		const place = field.additional ? `additionalFields.${field.parameter}` : field.parameter;
		const value = context.getNodeParameter(place, '') as unknown;
		return `“${String(isObject(value) ? value.value : value)}”`;
	});
}

function errorBody(answer: Answer): ErrorBody {
	return isObject(answer.body) ? (answer.body as ErrorBody) : { message: answer.text.slice(0, 500) };
}
