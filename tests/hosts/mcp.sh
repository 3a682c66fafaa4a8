#!/usr/bin/env bash
# The MCP server with clients of others: the official Python client of the handshake era, and the Inspector's command line.
#
# The clients are kept in a cache folder between runs (170 MB, 30 seconds). Where one cannot be installed, a line says
# “NOT TESTED”. Needs Python with this project installed in .venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

CLIENT_VERSION=1.30.0
INSPECTOR_VERSION=2.12.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/connector-hosts
client=$cache/mcp-${CLIENT_VERSION%.*}
inspector=$cache/mcp-inspector-$INSPECTOR_VERSION
python=$PWD/.venv/bin/python

install_client() {
    rm -rf "$client"
    python3 -m venv "$client" &&
        "$client/bin/pip" install --quiet --disable-pip-version-check "mcp==$CLIENT_VERSION" &&
        touch "$client/complete"
}

install_inspector() {
    . tests/hosts/node24.sh
    mkdir -p "$inspector"
    printf '{ "private": true, "dependencies": { "@modelcontextprotocol/inspector": "%s" } }\n' "$INSPECTOR_VERSION" > "$inspector/package.json"
    npm install --prefix "$inspector" --ignore-scripts --no-package-lock --no-progress && touch "$inspector/complete"
}

[ -f "$client/complete" ] || install_client || echo "NOT TESTED: the MCP client $CLIENT_VERSION could not be installed here."
[ -f "$inspector/complete" ] || (install_inspector) || echo "NOT TESTED: the MCP Inspector $INSPECTOR_VERSION could not be installed here."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CONNECTOR_STATE_DIR=$scratch/state
if [ -f "$client/complete" ]; then
    "$python" -m tests.hosts.mcp_clients client "$client/bin/python"
fi
if [ -f "$inspector/complete" ]; then
    . tests/hosts/node24.sh
    "$python" -m tests.hosts.mcp_clients inspector "$inspector/node_modules/.bin/mcp-inspector"
fi
