/** The choices of a field that another action lists. */

import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { nodeError } from './errors';
import { hostOf } from './host';
import { runtime } from './runtime';

export interface Source {
	action: string;
	/** What the action is always run with. */
	inputs?: Record<string, unknown>;
	/** The output that has the rows, and the names in a row that are the value and its label. */
	rows: string;
	value: string;
	label: string;
}

type Search = (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>;

/** Rows that a search reads at most, and choices that it shows. */
const MOST_ROWS = 10_000;
const MOST_CHOICES = 1000;
/** Seconds. Somebody looks at the list. */
const LONGEST_WAIT = 20;
/** Seconds. Who types asks with every letter. */
const FRESH = 30;

const recent = new Map<string, { read: number; rows: unknown }>();

export function searchIn(source: Source): Search {
	return async function (filter) {
		const wanted = (filter ?? '').toLowerCase();
		const results = runtime
			.choicesOf(await rowsOf(this, source), source)
			.map(({ value, label }) => ({ name: label, value }))
			.filter((choice) => `${choice.name} ${choice.value}`.toLowerCase().includes(wanted));
		return { results: results.slice(0, MOST_CHOICES) };
	};
}

/** The rows of all pages. */
async function rowsOf(context: ILoadOptionsFunctions, source: Source): Promise<unknown> {
	try {
		const { connector, connection } = await hostOf(context);
		const { inputs = {} } = source;
		const name = JSON.stringify([connection.identity, source.action, inputs]);
		const known = recent.get(name);
		if (known !== undefined && performance.now() / 1000 - known.read < FRESH) return known.rows;
		const maxItems = connector.find(source.action).pagination === undefined ? undefined : MOST_ROWS;
		const { fields } = await connector.run(source.action, inputs, connection, { maxItems, maxWait: LONGEST_WAIT });
		const rows = fields[source.rows];
		recent.set(name, { read: performance.now() / 1000, rows });
		return rows;
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}
