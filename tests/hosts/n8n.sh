#!/usr/bin/env bash
# The exported n8n package: linted, built and scanned with n8n's own tools, then installed in a real n8n and run there.
#
# Node, n8n's tools and n8n are kept in a cache folder between runs (3.3 GB); the first run installs them in 5 to 10 minutes.
# Where n8n cannot be installed, a line says “NOT TESTED”. Needs Python with this project installed in .venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

NODE_CLI_VERSION=0.48.3
SCANNER_VERSION=0.32.0
N8N_VERSION=2.41.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/connector-hosts
tools=$cache/n8n-node-cli-$NODE_CLI_VERSION
scanner=$cache/n8n-scanner-$SCANNER_VERSION
host=$cache/n8n-$N8N_VERSION
python=$PWD/.venv/bin/python
step() { printf '\n-- %s (%s s)\n' "$*" "$SECONDS"; }

. tests/hosts/node24.sh

if [ ! -f "$tools/complete" ]; then
    step "n8n's tools for nodes, $NODE_CLI_VERSION"
    mkdir -p "$tools"
    printf '{ "private": true, "dependencies": { "@n8n/node-cli": "%s", "eslint": "9.32.0", "typescript": "5.9.2", "n8n-workflow": "*" } }\n' \
        "$NODE_CLI_VERSION" > "$tools/package.json"
    npm install --prefix "$tools" --ignore-scripts --no-package-lock --no-progress
    touch "$tools/complete"
fi

if [ ! -f "$scanner/complete" ]; then
    step "n8n's scanner for packages, $SCANNER_VERSION"
    mkdir -p "$scanner"
    printf '{ "private": true, "dependencies": { "@n8n/scan-community-package": "%s" } }\n' "$SCANNER_VERSION" > "$scanner/package.json"
    npm install --prefix "$scanner" --ignore-scripts --no-package-lock --no-progress
    touch "$scanner/complete"
fi

install_n8n() {
    rm -rf "$host"
    mkdir -p "$host"
    # A later linkedom needs a package that is not available; the other scripts of n8n's packages want prebuilt binaries.
    echo '{ "private": true, "overrides": { "linkedom": "0.18.12" } }' > "$host/package.json"
    timeout 900 npm install --prefix "$host" "n8n@$N8N_VERSION" --legacy-peer-deps --ignore-scripts --no-package-lock --no-progress &&
        timeout 600 npm rebuild --prefix "$host" sqlite3 &&
        "$host/node_modules/.bin/n8n" --version &&
        touch "$host/complete"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
build=$scratch/build

step "Export"
"$python" -m connector export n8n --out "$build"
ln -s "$tools/node_modules" "$build/node_modules"
step "n8n-node lint"
(cd "$build" && npx --no-install n8n-node lint)
step "n8n-node build"
# It draws its progress; only what it says at the end is worth keeping.
(cd "$build" && npx --no-install n8n-node build > "$scratch/build.log" 2>&1) || { cat "$scratch/build.log"; exit 1; }
(cd "$build" && npm pack --silent --pack-destination "$scratch")
packed=$(echo "$scratch"/*.tgz)
step "n8n's scanner"
mkdir "$scratch/packed"
tar -xzf "$packed" -C "$scratch/packed" --strip-components=1
node tests/hosts/n8n_scan.mjs "$scanner/node_modules/@n8n/scan-community-package/scanner/scanner.mjs" "$build" "$scratch/packed"
step "Lists of choices"
"$python" -m tests.hosts.n8n_search "$build"

if [ ! -f "$host/complete" ]; then
    step "Install n8n $N8N_VERSION"
    install_n8n || {
        echo "NOT TESTED IN n8n: n8n $N8N_VERSION could not be installed here; the reason is above."
        exit 0
    }
fi

step "Faults, through the helper of n8n $N8N_VERSION"
N8N_BUILD=$build N8N_HOST=$host "$python" -m pytest -q -n 2 -p no:cacheprovider tests/faults/in_n8n.py tests/storms/test_random_faults.py

step "n8n $N8N_VERSION"
export N8N_USER_FOLDER=$scratch/home CONNECTOR_STATE_DIR=$scratch/state
export N8N_DIAGNOSTICS_ENABLED=false N8N_VERSION_NOTIFICATIONS_ENABLED=false N8N_TEMPLATES_ENABLED=false
export N8N_PERSONALIZATION_ENABLED=false N8N_LISTEN_ADDRESS=127.0.0.1 N8N_RUNNERS_BROKER_LISTEN_ADDRESS=127.0.0.1
# As the package's README says.
(mkdir -p "$N8N_USER_FOLDER/.n8n/nodes" && cd "$N8N_USER_FOLDER/.n8n/nodes" && npm install --legacy-peer-deps "$packed")
name=$(node -p "require('$build/package.json').name")
"$python" -m tests.hosts.n8n "$host/node_modules/.bin/n8n" "$scratch" "$N8N_USER_FOLDER/.n8n/nodes/node_modules/$name"

# A package in this folder, built as n8n's tools do it and installed as the README says.
install_package() {
    ln -s "$tools/node_modules" "$1/node_modules"
    (cd "$1" && npx --no-install n8n-node lint)
    (cd "$1" && npx --no-install n8n-node build > "$scratch/build.log" 2>&1) || { cat "$scratch/build.log"; exit 1; }
    mkdir -p "$1-packed"
    (cd "$1" && npm pack --silent --pack-destination "$1-packed")
    (cd "$N8N_USER_FOLDER/.n8n/nodes" && npm install --legacy-peer-deps "$1-packed"/*.tgz)
}

step "The tutorial's connector"
"$python" -m tests.hosts.n8n_tutorial write "$scratch/tutorial"
install_package "$scratch/tutorial/n8n-nodes-todo"
"$python" -m tests.hosts.n8n_tutorial run "$host/node_modules/.bin/n8n" "$scratch/tutorial"

step "Kinds of connection"
"$python" -m tests.hosts.n8n_kinds write "$scratch/depot"
"$python" -m connector --connector "$scratch/depot" export n8n --out "$scratch/n8n-nodes-depot"
install_package "$scratch/n8n-nodes-depot"
"$python" -m tests.hosts.n8n_kinds run "$host/node_modules/.bin/n8n" "$scratch/depot"
step "Done"
