/** The choices of a box that another action lists. */

import type { ILoadOptionsFunctions, IN8nHttpFullResponse, INodeListSearchResult } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { credential } from '../shapes/service';
import { flatten, readAnswer } from './answer';
import { get, has, type JsonObject } from './json';
import type { Shape } from './shape';

export interface Source {
	shape: Shape;
	/** The output that holds the rows, and the names in a row that become the value and its title. */
	rows: string;
	value: string;
	title: string;
}

type Search = (
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;

export function searchIn({ shape, rows, value, title }: Source): Search {
	return async function (filter, paginationToken) {
		const { baseUrl } = await this.getCredentials<{ baseUrl: string }>(credential);
		const cursor = shape.paging?.input.place;
		const response = (await this.helpers.httpRequestWithAuthentication.call(this, credential, {
			method: shape.method,
			baseURL: baseUrl.replace(/\/+$/, ''),
			url: shape.path,
			qs: paginationToken && cursor ? { [cursor]: paginationToken } : {},
			encoding: 'text',
			returnFullResponse: true,
		})) as IN8nHttpFullResponse;
		const answer = readAnswer(response.statusCode, response.body);
		const found = flatten(shape, answer)[rows];
		if (!Array.isArray(found))
			throw new NodeOperationError(this.getNode(), 'The service answered without the list of choices.');
		const wanted = (filter ?? '').toLowerCase();
		const results = (found as JsonObject[])
			.filter((row) => has(row, value) && row[value] !== null)
			.map((row) => ({ name: String(row[title] ?? row[value]), value: String(row[value]) }))
			.filter((choice) => `${choice.name} ${choice.value}`.toLowerCase().includes(wanted));
		return { results, paginationToken: nextOf(shape, answer.body) };
	};
}

function nextOf(shape: Shape, body: unknown): string | undefined {
	if (shape.paging === undefined || get(body, shape.paging.more) === false) return undefined;
	const cursor = get(body, shape.paging.cursor);
	return typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
}
