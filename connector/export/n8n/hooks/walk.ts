/** Walking pages: one after another, never twice, never without end. */

import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
	INodeExecutionData,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { shapeOf } from '../shapes';
import { isObject, put, type JsonObject } from './json';
import type { Paging } from './shape';

interface Page {
	outputs: JsonObject;
	next: string | null;
}

/** One item per row, up to the limit; or, when asked for, all that a page says as one item. */
export async function walk(
	this: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
	const paging = shapeOf(this.getNodeParameter('operation') as string).paging as Paging;
	const whole = this.getNodeParameter('additionalFields.wholePage', false) as boolean;
	const all = this.getNodeParameter('returnAll', false) as boolean;
	const limit = all ? Infinity : (this.getNodeParameter('limit', 50) as number);
	const seen = new Set<string>();
	const rows: unknown[] = [];
	for (;;) {
		const page = (await fetch(this, request)) as Page;
		rows.push(...rowsOf(page, paging));
		const done = page.next === null || rows.length >= limit || (whole && !all);
		if (done && whole) return [itemOf({ ...page.outputs, [paging.rows]: rows })];
		if (done) return rows.slice(0, limit === Infinity ? undefined : limit).map(itemOf);
		turn(this, request, paging, page.next as string, seen);
	}
}

async function fetch(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
): Promise<unknown> {
	const [item] = await context.makeRoutingRequest.call(context, request);
	return item.json;
}

function rowsOf(page: Page, paging: Paging): unknown[] {
	const rows = page.outputs[paging.rows];
	return Array.isArray(rows) ? (rows as unknown[]) : [];
}

/** Names the next page in the request. */
function turn(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
	paging: Paging,
	cursor: string,
	seen: Set<string>,
): void {
	if (seen.has(cursor))
		throw new NodeOperationError(
			context.getNode(),
			'The service names a next page that was already read; reading on would never end.',
			{ itemIndex: context.getItemIndex() },
		);
	seen.add(cursor);
	const options = request.options as IHttpRequestOptions;
	const { in: where, place } = paging.input;
	if (where === 'query') options.qs = { ...options.qs, [place]: cursor };
	else put(options.body as JsonObject, place, cursor);
}

function itemOf(row: unknown): INodeExecutionData {
	return { json: (isObject(row) ? row : { value: row }) as INodeExecutionData['json'] };
}
