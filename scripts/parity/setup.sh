#!/usr/bin/env bash
# The Python side of the parity tests: a virtual environment with requirements.txt and, where a script that builds them
# is at hand, the two models they compare. Downloads 0.4 GB with torch's CPU build (on Linux the default may be the CUDA
# one, 3 GB: point PIP_EXTRA_INDEX_URL at PyTorch's CPU wheels to spare it), and 0.6 GB for the models.
#
#   scripts/parity/setup.sh [FOLDER]        default: .cache/parity
#   eval "$(scripts/parity/setup.sh)"       ... and sets the variables that the tests read
#
# Everything but the two export lines goes to stderr. Run again, it changes nothing.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=${1:-.cache/parity}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
python=${PYTHON:-python3}
venv=$folder/venv
requirements=scripts/parity/requirements.txt
shared=${SQLTUNE_SHARED:-../shared}

say() { echo "parity: $*" >&2; }

command -v "$python" > /dev/null || { say "$python was not found; install Python 3.11 or newer, or set PYTHON"; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  { say "$("$python" --version 2>&1) is too old: transformers and numpy as pinned need Python 3.11 or newer (set PYTHON)"; exit 1; }

if ! cmp -s "$requirements" "$venv/requirements.installed"; then
  say "installing $requirements into $venv (about 0.4 GB)"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
  cp "$requirements" "$venv/requirements.installed"
fi

for model in smollm2 qwen; do
  [ -f "$folder/models/$model/tokenizer_config.json" ] && continue
  if [ -f "$shared/tools/gguf_model.py" ]; then
    say "building models/$model"
    "$venv/bin/python" "$shared/tools/gguf_model.py" "$model" "$folder/models/$model" >&2
  else
    say "no $shared/tools/gguf_model.py: put a HuggingFace folder of $model at $folder/models/$model to compare it"
  fi
done

echo "export SQLTUNE_PARITY_PYTHON='$venv/bin/python'"
echo "export SQLTUNE_PARITY_MODELS='$folder/models'"
