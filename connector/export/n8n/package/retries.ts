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

/** Where a run was first tried, and what came of each input item, by its index: the error of one not to be sent again. */
export interface Run {
	place: string;
	done: Map<number, Made | Error>;
}

const MOST_RUNS = 100;
const failedRuns = new Map<string, Run>();

/** Keep the results of a run that failed, until it is tried again. */
export function remember(name: string, run: Run): void {
	failedRuns.set(name, run);
	const [oldest] = failedRuns.keys();
	if (failedRuns.size > MOST_RUNS) failedRuns.delete(oldest);
}

/** The last try of a run, which is kept no longer; nothing for a first try. */
export function forget(name: string): Run | undefined {
	const run = failedRuns.get(name);
	failedRuns.delete(name);
	return run;
}
