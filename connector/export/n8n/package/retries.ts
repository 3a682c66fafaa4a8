/**
 * What is not to be repeated when a node failed: when n8n tries the node again (Retry On Fail), it runs it for all items, and
 * some have been carried out, or may have been.
 */

import type { INodeExecutionData } from 'n8n-workflow';

/** What came of an input item: its items, and what the runtime warns of. */
export interface Made {
	items: INodeExecutionData[];
	warnings: string[];
}

/** What came of each input item, by its index; the error of one that is not to be sent again. */
export type Done = Map<number, Made | Error>;

const MOST_RUNS = 100;
const failedRuns = new Map<string, Done>();

/** Keep the results of a run that failed, until it is tried again. */
export function remember(place: string, done: Done): void {
	failedRuns.set(place, done);
	const [oldest] = failedRuns.keys();
	if (failedRuns.size > MOST_RUNS) failedRuns.delete(oldest);
}

/** The results of the last try of a run, which are kept no longer; none of a first try. */
export function forget(place: string): Done {
	const done: Done = failedRuns.get(place) ?? new Map();
	failedRuns.delete(place);
	return done;
}
