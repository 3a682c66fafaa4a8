/** What routing cannot say of an answer: flat fields under their own names, and refusals in words. */

import type { IExecuteSingleFunctions, IN8nHttpFullResponse, INodeExecutionData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { shapeOf } from '../shapes';
import { flatten, readAnswer, readsBody } from './answer';
import { MISSING, get, type JsonObject } from './json';
import { isRefusal, refusal } from './refusal';

/** One item with the flat outputs; of a page, with the cursor of the next one beside them for `walk`. */
export async function receive(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	response: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	const shape = shapeOf(this.getNodeParameter('operation') as string);
	const answer = readAnswer(response.statusCode, response.body);
	if (isRefusal(shape, answer)) throw refusal(this, shape, answer, response);
	if (answer.body === MISSING && readsBody(shape))
		throw new NodeOperationError(this.getNode(), 'The service answered with something that is not JSON.', {
			itemIndex: this.getItemIndex(),
		});
	const outputs = flatten(shape, answer);
	if (shape.paging === undefined) return [itemOf(outputs)];
	const more = get(answer.body, shape.paging.more);
	const cursor = get(answer.body, shape.paging.cursor);
	const next = more !== false && typeof cursor === 'string' && cursor !== '' ? cursor : null;
	return [itemOf({ outputs, next })];
}

function itemOf(json: JsonObject): INodeExecutionData {
	return { json: json as INodeExecutionData['json'] };
}
