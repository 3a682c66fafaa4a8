// n8n's scanner for published packages, on the source and on what is built: node n8n_scan.mjs SCANNER BUILD PACKED
import { pathToFileURL } from 'node:url';

const [scanner, build, packed] = process.argv.slice(2);
const { analyzePackage, SOURCE_FILE_PATTERNS } = await import(pathToFileURL(scanner).href);
for (const [folder, patterns] of [
	[build, SOURCE_FILE_PATTERNS],
	[packed, ['**/*.js', 'package.json']],
]) {
	const { passed, message, details } = await analyzePackage(folder, patterns);
	if (!passed) {
		console.error(`${message}\n${details ?? ''}`);
		process.exitCode = 1;
	}
}
// The scanner keeps the process alive.
process.exit();
