/** What the definitions say about an action's values on the wire, as the hooks read it. */

export interface Field {
	/** The name of a shared field in `shared`; the words beside it win. */
	ref?: string;
	label?: string;
	/** The node's own parameter of that name; only of inputs. */
	parameter?: string;
	/** Whether the parameter stands in the collection of additional fields. */
	additional?: boolean;
	in?: 'path' | 'query' | 'header' | 'body';
	wireName?: string;
	/** Places (JSON pointers) in the body, or in the row that the field belongs to. */
	at?: string[];
	types?: string[];
	required?: boolean;
	secret?: boolean;
	/** The routing of the parameter itself has already put the value into the request. */
	routed?: boolean;
	items?: Field;
	properties?: Record<string, Field>;
	mapKey?: string;
	mapValue?: string;
	spread?: boolean;
	keepEmpty?: boolean;
	textFor?: string[];
	from?: 'text' | 'status' | 'success';
	epochMilliseconds?: boolean;
	/** What an output is when the service does not say. */
	fallback?: unknown;
	/** Several places are alternatives: a value of the wrong type is nobody's. */
	alternatives?: boolean;
}

export interface Completion {
	at: string;
	ifPresent?: string;
	ifAbsent?: string;
	set?: Record<string, unknown>;
	copy?: Record<string, string>;
}

export interface KnownError {
	status: number;
	sentence: string;
	hint?: string;
	pattern?: string;
}

export interface Paging {
	/** The output that holds the rows. */
	rows: string;
	/** Where the cursor of the next page goes. */
	input: { in: 'query' | 'body'; place: string };
	cursor: string;
	more: string;
}

export interface Shape {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	path: string;
	body?: Record<string, unknown>;
	hasBody?: boolean;
	inputs: Record<string, Field>;
	outputs: Record<string, Field>;
	completions?: Completion[];
	paging?: Paging;
	/** The header that carries an idempotency key. */
	idempotency?: string;
	outcomes?: number[];
	errors?: KnownError[];
}

export interface Service {
	title: string;
	errorMessage: string;
	errorType: string;
	errorKinds: string;
	errors: KnownError[];
}
