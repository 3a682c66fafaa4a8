/** What the runtime in `core` needs of n8n: how to send and to sleep, and a connection from a credential. */

import { createHash, randomUUID } from 'crypto';
import { sleep } from 'n8n-workflow';
import type * as Core from './core/types';
import definitions from './definitions.json';
import { credential } from './names';
import { runtime } from './runtime';
import { send, type Context } from './send';

const whole = definitions as unknown as Core.Definitions;
/** Seconds. How often who waits looks whether the execution was cancelled. */
const NAP = 0.5;

type Fields = Record<string, unknown>;

export interface Host {
	connector: Core.Connector;
	connection: Core.Connection;
	signal?: AbortSignal;
}

/** The connector and its connection for one execution. All executions of a process share one call limit. */
export async function hostOf(context: Context): Promise<Host> {
	const fields: Fields = await context.getCredentials(credential);
	const signal = 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	const connector = new runtime.Connector(withLimit(Number(fields.callsPerMinute)), io(context));
	const values = Object.entries(whole.connector.connection.properties).map(([name]) => [
		name,
		String(fields[camel(name)] ?? ''),
	]);
	const connection = runtime.connect(
		whole.connector,
		{
			kind: whole.connector.kinds.length > 1 ? String(fields.kind ?? '') : '',
			values: Object.fromEntries(values) as Record<string, string>,
			baseUrl: String(fields.baseUrl ?? ''),
			allowInsecure: fields.allowInsecure === true,
		},
		sha256,
	);
	return { connector, connection, signal };
}

export function sha256(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}

/** The definitions, with this process's share of the service's call limit where it is less than all of it. */
function withLimit(callsPerMinute: number): Core.Definitions {
	const { calls, renewalPeriod } = whole.connector.throttle;
	const part = (callsPerMinute * renewalPeriod) / 60;
	if (!(callsPerMinute > 0) || part >= calls) return whole;
	const share = {
		calls: Math.max(1, Math.floor(part)),
		renewalPeriod: Math.max(renewalPeriod, 60 / callsPerMinute),
	};
	return { ...whole, connector: { ...whole.connector, share } };
}

function io(context: Context): Core.IO {
	return {
		send: async (request, options) => await send(context, request, options),
		sleep: doze,
		now: () => performance.now() / 1000,
		wall: () => Date.now(),
		random: () => Math.random(),
		uuid: () => randomUUID(),
		sha256,
	};
}

async function doze(seconds: number, signal?: AbortSignal): Promise<void> {
	const end = performance.now() + seconds * 1000;
	for (;;) {
		const left = end - performance.now();
		if (left <= 0 || signal?.aborted) return;
		await sleep(Math.min(left, NAP * 1000));
	}
}

/** The name of a connection's field in the credential. */
function camel(name: string): string {
	const joined = name
		.split(/[^A-Za-z0-9]+/)
		.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
		.join('');
	return joined.slice(0, 1).toLowerCase() + joined.slice(1);
}
