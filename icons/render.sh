#!/usr/bin/env bash
# The PNG renderings of the icons, made from their SVG sources. Needs rsvg-convert (Debian: librsvg2-bin).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for source in *.svg; do
    # A published Power Platform package wants 230 pixels; everywhere else 256 serves all sizes.
    size=256
    [ "$source" = publication.svg ] && size=230
    rsvg-convert --width "$size" --height "$size" "$source" --output "${source%.svg}.png"
done
