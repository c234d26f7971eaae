#!/usr/bin/env bash
# tests/e2e/sheets.sh [OUT]: one picture a page out of those that shots.mjs has made in build/shots: on a desk in English and light, in
# Indonesian and dark, on a phone in Indonesian and light, in English and dark; small, for assets/screenshots/pages. Wants ImageMagick.
set -eu
cd "$(dirname "$0")/../.."
out=${1:-assets/screenshots/pages}
parts=$(mktemp -d)
trap 'rm -r "$parts"' EXIT
mkdir -p "$out"
for page in $(ls build/shots | sed -nE 's/-(desktop|phone)-(light|dark)-(en|id)\.png$//p' | sort -u); do
    files=()
    for part in desktop-light-en:600 desktop-dark-id:600 phone-light-id:220 phone-dark-en:220; do
        from=build/shots/$page-${part%:*}.png
        [ -f "$from" ] || continue
        convert "$from" -resize "${part#*:}x" "$parts/${part%:*}.png"
        files+=("$parts/${part%:*}.png")
    done
    [ ${#files[@]} -gt 0 ] || continue
    convert "${files[@]}" -background '#8892a6' -bordercolor '#8892a6' -border 6 -gravity north +append -strip +dither -colors 48 "PNG8:$out/$page.png"
done
echo "sheets: $(ls "$out" | wc -l) pages in $out"
