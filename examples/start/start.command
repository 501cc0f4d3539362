#!/bin/sh
# Double-click (macOS, Linux): the page of cxsim opens in your browser. Closing this window ends it.
cd "$(dirname "$0")/../.." || exit 1
PATH="$PATH:$HOME/.local/bin:/opt/homebrew/bin:/usr/local/bin"  # a double-click reads no shell profile
if ! command -v uv >/dev/null; then
    echo "uv is missing, which fetches Python and all that cxsim needs. Install it with this line, then start again:"
    echo "    curl -LsSf https://astral.sh/uv/install.sh | sh"
    exit 1
fi
exec uv tool run --python 3.12 --from ".[web]" cxsim serve --browser "$@"
