/** From the runtime's errors to n8n's: the same sentences, with the item, the status and the idempotency key. */

import { NodeApiError, NodeOperationError, type IDataObject, type INode, type JsonObject } from 'n8n-workflow';
import type { ConnectorError } from './core/types';
import { runtime } from './runtime';

/** The error that stops a workflow. `context` has what the message does not say. */
export function nodeError(node: INode, error: unknown, itemIndex?: number): NodeApiError | NodeOperationError {
	if (!(error instanceof runtime.ConnectorError)) {
		return new NodeOperationError(node, error as Error, { itemIndex });
	}
	const values = error.toDict() as unknown as JsonObject;
	const message = error.text;
	const description = error.hint;
	const made = isAboutCall(error)
		? new NodeApiError(node, values, {
				message,
				description,
				httpCode: error.status === null ? undefined : String(error.status),
				itemIndex,
			})
		: new NodeOperationError(node, message, { description, itemIndex });
	Object.assign(made.context, values, { itemIndex });
	return made;
}

/** What an item of the error branch says. Under these names alone, n8n puts the input of the item beside them. */
export function errorItem(error: unknown, itemIndex: number): IDataObject {
	if (!(error instanceof runtime.ConnectorError)) return { error: (error as Error).message, details: { itemIndex } };
	return { error: error.text, details: { itemIndex, ...(error.toDict() as unknown as IDataObject) } };
}

function isAboutCall(error: ConnectorError): boolean {
	const kinds = [runtime.UnavailableError, runtime.ThrottledError];
	return error.status !== null || kinds.some((Kind) => error instanceof Kind);
}
