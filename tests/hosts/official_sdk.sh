#!/usr/bin/env bash
# The published tests of the official SDK against the sandbox: how many pass, and why each of the others does not.
#
# The source package of the SDK and what its tests need are kept in a cache folder between runs; where they cannot be
# installed, a line says “NOT TESTED”. The libraries are those that the SDK is locked to.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=$PWD
version=9.13.0

tools=${XDG_CACHE_HOME:-$HOME/.cache}/connector-hosts/official-sdk-$version
if [ ! -f "$tools/complete" ]; then
    rm -rf "$tools"
    mkdir -p "$tools/source"
    python3 -m venv "$tools" &&
        "$tools/bin/pip" install --quiet --disable-pip-version-check "trycourier==$version" pydantic==2.12.5 \
            'pytest<10' 'pytest-asyncio<2' respx time-machine dirty-equals &&
        "$tools/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary trycourier \
            --dest "$tools/source" "trycourier==$version" &&
        tar -xzf "$tools/source/trycourier-$version.tar.gz" -C "$tools/source" --strip-components=1 &&
        touch "$tools/complete" ||
        { echo "NOT TESTED: the official SDK's source package could not be installed here."; exit 0; }
fi

# The folder of the tests is called "tests" there, too: the plugin is loaded from a path of its own.
plugin=$(mktemp -d)
trap 'rm -rf "$plugin"' EXIT
for name in official_sdk official_sdk_seed; do
    sed 's/^from tests.hosts import/import/' "tests/hosts/$name.py" > "$plugin/$name.py"
done
cd "$tools/source"
PYTHONPATH="$plugin:$here" "$tools/bin/python" -m pytest -p official_sdk -p no:cacheprovider -o addopts= -q --no-header --tb=no -rN \
    -W ignore tests/api_resources
