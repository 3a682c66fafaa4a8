#!/usr/bin/env bash
# The served OpenAPI document with Schemathesis, and a client that openapi-python-client makes of it.
#
# Both tools bring many packages, so they are kept in an environment of their own, in a cache folder between runs; where they
# cannot be installed, a line says “NOT TESTED”. Needs Python with this project installed in .venv. PHASES and MAX_EXAMPLES
# make a run of Schemathesis shorter or longer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# The newest Python: the parser of 3.11 can fail in Schemathesis' threads.
python=python3
for each in python3.12 python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[23]*/bin/python; do
    "$each" -c 'import venv' > /dev/null 2>&1 && python=$each
done

tools=${XDG_CACHE_HOME:-$HOME/.cache}/connector-hosts/openapi-tools-$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ ! -f "$tools/complete" ]; then
    rm -rf "$tools"
    "$python" -m venv "$tools" &&
        "$tools/bin/pip" install --quiet --disable-pip-version-check 'schemathesis>=4.32,<5' 'openapi-python-client>=0.29' ruff &&
        touch "$tools/complete" ||
        { echo "NOT TESTED: Schemathesis and openapi-python-client could not be installed here."; exit 0; }
fi
exec .venv/bin/python -m tests.hosts.openapi "$tools/bin" "${PHASES:-examples,coverage,fuzzing,stateful}" "${MAX_EXAMPLES:-10}"
