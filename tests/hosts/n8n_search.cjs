// The lists of choices that the built node offers, asked as n8n's editor asks: node n8n_search.cjs BUILD ADDRESS
const [build, address] = process.argv.slice(2);
const manifest = require(`${build}/package.json`);
const [, className] = manifest.n8n.nodes[0].match(/([^/]+)\.node\.js$/);
const { [className]: Node } = require(`${build}/${manifest.n8n.nodes[0]}`);

const context = {
	getNode: () => ({ name: 'test' }),
	getCredentials: async () => ({ baseUrl: `${address}/` }),
	helpers: {
		async httpRequestWithAuthentication(_credential, { method, baseURL, url, qs }) {
			const query = new URLSearchParams(qs).toString();
			const response = await fetch(`${baseURL}${url}${query && `?${query}`}`, {
				method,
				headers: { authorization: 'Bearer test' },
			});
			return { statusCode: response.status, headers: {}, body: await response.text() };
		},
	},
};

(async () => {
	const found = {};
	for (const [name, search] of Object.entries(new Node().methods.listSearch)) {
		const choices = [];
		let token;
		do {
			const { results, paginationToken } = await search.call(context, undefined, token);
			choices.push(...results);
			token = paginationToken;
		} while (token !== undefined);
		const wanted = choices.length > 0 ? choices[0].value.toUpperCase() : '';
		const filtered = (await search.call(context, wanted)).results;
		found[name] = { choices, filtered: filtered.map((choice) => choice.value) };
	}
	console.log(JSON.stringify(found));
})();
