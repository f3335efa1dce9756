#!/usr/bin/env bash
# Renews the copies of the two programs that the published pages load; a reader's browser then asks
# nobody but the book itself. Change the versions, run this script where npm is, look at what
# changed, run `make test`.
set -euo pipefail

HTML_MANAGER=1.0.15 # draws ipywidgets without a kernel; BSD-3-Clause
MATHJAX=3.2.2       # typesets equations; Apache-2.0
# What the chapters' equations ask for (a missing part fails the page tests). The usual bundle would
# add a menu, 100 kB on every page, that offers what is not here and stops the Tab key at each formula.
PARTS="startup core input/tex output/chtml output/chtml/fonts/tex a11y/assistive-mml
  input/tex/extensions/boldsymbol input/tex/extensions/braket"
FONTS="AMS-Regular Calligraphic-Regular Main-Bold Main-Italic Main-Regular Math-BoldItalic Math-Italic
  Math-Regular Size1-Regular Size2-Regular Size3-Regular Size4-Regular Zero"

static=$(cd "$(dirname "$0")" && pwd)/static
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

unpack() { # NAME@VERSION FOLDER
  mkdir "$2"
  tar -xzf "$(npm pack --silent "$1")" -C "$2" --strip-components 1
}

unpack "@jupyter-widgets/html-manager@$HTML_MANAGER" widgets
rm -rf "$static/html-manager"
install -m 644 -D -t "$static/html-manager" widgets/dist/embed.js widgets/dist/embed.js.LICENSE.txt
# The package leaves out its licence, which is the one of ipywidgets.
install -m 644 "$static"/../../../.venv/lib/python3*/site-packages/ipywidgets-*.dist-info/licenses/LICENSE \
  "$static/html-manager/LICENSE"

unpack "mathjax@$MATHJAX" mathjax
rm -rf "$static/mathjax"
install -m 644 -D -t "$static/mathjax" mathjax/LICENSE
for font in $FONTS; do
  file=output/chtml/fonts/woff-v2/MathJax_$font.woff
  install -m 644 -D "mathjax/es5/$file" "$static/mathjax/$file"
done
for part in $PARTS; do
  install -m 644 -D "mathjax/es5/$part.js" "$static/mathjax/$part.js"
done
