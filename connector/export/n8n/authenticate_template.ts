async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const field = (name: string) => String(credentials[name] ?? '').trim();
		// What the test of the credentials leaves empty is not sent.
		const filled = (values: object = {}) =>
			Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
		const headers = filled(requestOptions.headers);
		const qs = filled(requestOptions.qs as object);
		const request: IHttpRequestOptions = { ...requestOptions, headers, qs };
$lines
		return request;
	}
