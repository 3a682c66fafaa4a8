// The lists of choices that the built node offers, asked as n8n's editor asks: node n8n_search.cjs BUILD ADDRESS
const [build, address] = process.argv.slice(2);
const manifest = require(`${build}/package.json`);
const [, className] = manifest.n8n.nodes[0].match(/([^/]+)\.node\.js$/);
const { [className]: Node } = require(`${build}/${manifest.n8n.nodes[0]}`);

const context = {
	getNode: () => ({ name: 'test' }),
	getCredentials: async () => ({ apiKey: 'test', baseUrl: `${address}/` }),
	helpers: {
		async httpRequestWithAuthentication(_credential, { method, url, headers, body }) {
			const response = await fetch(url, { method, body, headers: { ...headers, authorization: 'Bearer test' } });
			return { statusCode: response.status, headers: {}, body: Buffer.from(await response.arrayBuffer()) };
		},
	},
};

(async () => {
	const found = {};
	for (const [name, search] of Object.entries(new Node().methods.listSearch)) {
		const choices = (await search.call(context)).results;
		const wanted = choices.length > 0 ? choices.at(-1).value.toUpperCase() : '';
		const filtered = (await search.call(context, wanted)).results;
		found[name] = { choices, filtered: filtered.map((choice) => choice.value) };
	}
	console.log(JSON.stringify(found));
})();
