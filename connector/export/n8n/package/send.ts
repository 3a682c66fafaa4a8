/** Sending one request with n8n's helper, and reading the response within the time and the size that the run has. */

import type {
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import type * as Core from './core/types';
import { credential, userAgent } from './names';
import { runtime } from './runtime';

export type Context = IExecuteFunctions | ILoadOptionsFunctions;

/** What n8n gives for a body that is read bit by bit. */
interface Stream extends AsyncIterable<Uint8Array> {
	destroy(): void;
}

/** n8n adds the secret. What it throws carries the code of the failure, which the runtime reads. */
export async function send(
	context: Context,
	request: Core.HttpRequest,
	options: Core.SendOptions,
): Promise<Core.HttpResponse> {
	const call: IHttpRequestOptions = {
		method: request.method as IHttpRequestMethods, // What sends it takes OPTIONS too.
		url: options.templated.url,
		headers: { ...request.headers, ...options.templated.headers, 'User-Agent': userAgent },
		body: request.content instanceof Uint8Array ? Buffer.from(request.content) : request.content,
		// Whole bodies have no limit in n8n, neither of size nor, while bytes come, of time.
		encoding: 'stream',
		timeout: Math.ceil(Math.min(options.readTimeout, options.timeout) * 1000),
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		abortSignal: options.signal,
	};
	const ends = performance.now() + options.timeout * 1000;
	const { httpRequestWithAuthentication } = context.helpers;
	const arriving = httpRequestWithAuthentication.call(context, credential, call) as Promise<IN8nHttpFullResponse>;
	const response = await within(options.timeout * 1000, arriving).catch((error) => {
		throw options.signal?.aborted ? runtime.transportError('cancelled_in_flight') : error;
	});
	if (response === undefined) {
		arriving.then(({ body }) => isStream(body) && body.destroy()).catch(() => {}); // Nobody waits for it.
		throw runtime.transportError('read_timeout');
	}
	return {
		status: response.statusCode,
		headers: response.headers as Core.HttpResponse['headers'],
		body: isStream(response.body) ? await read(response.body, options, ends) : bodyOf(response.body),
	};
}

async function read(stream: Stream, options: Core.SendOptions, ends: number): Promise<Buffer> {
	const pieces = stream[Symbol.asyncIterator]();
	const patience = options.readTimeout * 1000;
	const whole: Uint8Array[] = [];
	let size = 0;
	try {
		for (;;) {
			const left = ends - performance.now();
			const piece = await within(Math.min(patience, left), next(pieces, options));
			if (piece === undefined) {
				throw runtime.transportError(patience < left ? 'response_stopped' : 'response_endless');
			}
			if (piece.done) return Buffer.concat(whole);
			size += piece.value.length;
			if (size > options.responseBytes) throw runtime.transportError('response_size', options.responseBytes);
			whole.push(piece.value);
		}
	} finally {
		stream.destroy();
	}
}

async function next(
	pieces: AsyncIterator<Uint8Array>,
	{ signal }: Core.SendOptions,
): Promise<IteratorResult<Uint8Array>> {
	return await pieces.next().catch(() => {
		throw runtime.transportError(signal?.aborted ? 'cancelled_in_flight' : 'broken_response');
	});
}

/** What a promise brings, or nothing where that takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
	const late = AbortSignal.timeout(Math.ceil(Math.max(milliseconds, 0)));
	let over = () => {};
	const silence = new Promise<undefined>((resolve) => {
		over = () => resolve(undefined);
		late.addEventListener('abort', over);
	});
	try {
		return await Promise.race([promise, silence]);
	} finally {
		late.removeEventListener('abort', over);
	}
}

function isStream(body: unknown): body is Stream {
	return typeof body === 'object' && body !== null && Symbol.asyncIterator in body && 'destroy' in body;
}

function bodyOf(body: unknown): string | Uint8Array {
	if (typeof body === 'string' || body instanceof Uint8Array) return body;
	return body === undefined || body === null ? '' : JSON.stringify(body);
}
