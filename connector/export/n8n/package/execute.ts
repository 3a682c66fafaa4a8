/** One item after another: its inputs, one run of the action, and the items that come of it. */

import { randomUUID } from 'crypto';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ActionDefinition, ConnectorError, Result, RunOptions } from './core/types';
import { errorItem, nodeError } from './errors';
import { withFiles, withoutFiles } from './files';
import { hostOf, sha256, type Host } from './host';
import { readInputs } from './inputs';
import { forget, remember, type Made, type Run } from './retries';
import { runtime } from './runtime';

/** Seconds. A workflow has a time limit of its own, and a long list of items waits long for the call limit. */
const LONGEST_RUN = 3600;

export async function executeItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const host = await connected(context);
	const name = nameOf(context);
	const run = forget(name) ?? { place: placeOf(context), done: new Map() };
	const { place, done } = run;
	const hints = new Set<string>();
	const items: INodeExecutionData[] = [];
	let failed = false;
	for (let index = 0; index < context.getInputData().length; index += 1) {
		try {
			const made = done.get(index) ?? (await runItem(context, host, index, place));
			if (made instanceof Error) throw made;
			done.set(index, made);
			for (const item of made.items) items.push(item);
			for (const warning of made.warnings) hints.add(warning);
		} catch (error) {
			failed = true;
			if (isDone(error)) done.set(index, error);
			if (!context.continueOnFail()) {
				keepForRetry(context, name, run);
				throw nodeError(context.getNode(), error, index);
			}
			items.push({ json: errorItem(error, index), pairedItem: { item: index } });
		}
	}
	if (failed) keepForRetry(context, name, run);
	for (const message of hints) context.addExecutionHints({ message, location: 'outputPane' });
	return items;
}

async function connected(context: IExecuteFunctions): Promise<Host> {
	try {
		return await hostOf(context);
	} catch (error) {
		throw nodeError(context.getNode(), error);
	}
}

/** What is another one in every run of a node. */
function placeOf(context: IExecuteFunctions): string {
	const execution = context.getExecutionId() || randomUUID();
	return JSON.stringify([...nodeOf(context, execution), context.evaluateExpression('{{ $runIndex }}', 0)]);
}

/**
 * What is the same when n8n tries a node again. Each try of an agent's tool is a run of its own, so that a call of the same
 * tool with the same input, after one that failed, is its next try.
 */
function nameOf(context: IExecuteFunctions): string {
	const isTool = 'isToolExecution' in context && context.isToolExecution();
	if (!isTool) return placeOf(context);
	const inputs = context.getInputData().map(({ json }) => json);
	return JSON.stringify([...nodeOf(context, context.getExecutionId() || ''), sha256(JSON.stringify(inputs))]);
}

function nodeOf(context: IExecuteFunctions, execution: string): unknown[] {
	return [context.getInstanceId(), context.getWorkflow().id, execution, context.getNode().id];
}

/** Whether the service has carried out an item that failed, or may have, and would do it twice if it came again. */
function isDone(error: unknown): error is ConnectorError {
	const kinds = [runtime.OutcomeUnknownError, runtime.OutputError];
	return kinds.some((Kind) => error instanceof Kind) && !(error as ConnectorError).isRepeatable;
}

function keepForRetry(context: IExecuteFunctions, name: string, run: Run): void {
	if (context.getNode().retryOnFail) remember(name, run);
}

async function runItem(
	context: IExecuteFunctions,
	{ connector, connection, signal }: Host,
	index: number,
	place: string,
): Promise<Made> {
	const action = connector.find(context.getNodeParameter('operation', index) as string);
	const options: RunOptions = {
		maxWait: LONGEST_RUN,
		timeout: LONGEST_RUN,
		idempotencyKey: `n8n-${sha256(JSON.stringify([place, index])).slice(0, 40)}`,
		signal,
		...pagesOf(context, action, index),
	};
	const inputs = await withFiles(context, action, readInputs(context, action, index), index);
	const result = await connector.run(action.key, inputs, connection, options);
	const items: INodeExecutionData[] = [];
	for (const row of rowsOf(context, action, result, index)) {
		const { json, ...files } = row === result.fields ? await withoutFiles(context, action, row) : { json: row };
		items.push({ json: named(json), ...files, pairedItem: { item: index } });
	}
	return { items, warnings: result.meta.warnings };
}

/** How far to read, as the form says. */
function pagesOf(context: IExecuteFunctions, action: ActionDefinition, index: number): RunOptions {
	if (action.pagination === undefined) return {};
	if (context.getNodeParameter('returnAll', index, false) as boolean) return { maxItems: Number.MAX_SAFE_INTEGER };
	if (isWholePage(context, index)) return {};
	return { maxItems: Number(context.getNodeParameter('limit', index, 50)) };
}

function isWholePage(context: IExecuteFunctions, index: number): boolean {
	const more = context.getNodeParameter('additionalFields', index, null) as IDataObject | null;
	return more?.wholePage === true;
}

function rowsOf(context: IExecuteFunctions, action: ActionDefinition, { fields }: Result, index: number): IDataObject[] {
	if (action.pagination === undefined || isWholePage(context, index)) return [fields as IDataObject];
	const rows = (fields[action.pagination.rows] ?? []) as unknown[];
	return rows.map((row) => (isObject(row) ? row : { value: row }) as IDataObject);
}

/** n8n takes an item with `error` for a failure, so an output of that name has another one here. */
function named({ error, ...json }: IDataObject): IDataObject {
	return error === undefined ? json : { ...json, error_message: error };
}

function isObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
