#!/usr/bin/env bash
#   ./run.sh              set-up, then the quickstart: train on the sample databases, score, answer one question
#   ./run.sh setup        set-up alone
#   ./run.sh serve [...]  set-up, the quickstart where no adapter is trained yet, then the API and the web page
#   ./run.sh test [...]   set-up, then every test, C++ and TypeScript; more words go to vitest
#   ./run.sh WORDS...     set-up, then `sqltune WORDS...`, in the folder you are in
# Set-up is quick when it is done already.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
sqltune=(node "$root/dist/cli/main.js")
started=$SECONDS

say() { printf '[%4d s] %s\n' "$((SECONDS - started))" "$*" >&2; }

# Names everything that is missing at once. Versions are checked later, by `sqltune setup`.
check_tools() {
  local missing=()
  has() { command -v "$1" >/dev/null 2>&1; }
  need() { # what, Debian's packages, Fedora's, macOS's command
    missing+=("  - $1.  Debian: sudo apt install $2   Fedora: sudo dnf install $3   macOS: $4")
  }
  if ! has node || ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 17) ? 0 : 1)'; then
    missing+=("  - Node 20.17 or later (found: $(node --version 2>/dev/null || echo none)), from https://nodejs.org or by a version manager")
  elif ! has npm; then
    need npm npm nodejs-npm "brew install node"
  fi
  if ! has python3; then
    need "Python 3 with pip" "python3 python3-pip" "python3 python3-pip" "brew install python"
  elif ! python3 -m pip --version >/dev/null 2>&1; then
    need "pip for $(command -v python3)" python3-pip python3-pip "brew install python"
  fi
  if ! { [ -n "${CXX:-}" ] || has c++ || has g++ || has clang++; }; then
    need "a C++20 compiler (GCC 11, Clang 14 or later)" build-essential "gcc-c++ make" "xcode-select --install"
  fi
  has cmake || need "CMake 3.19 or later" cmake cmake "brew install cmake"
  if [ ${#missing[@]} -gt 0 ]; then
    printf 'run.sh needs what this machine lacks:\n' >&2
    printf '%s\n' "${missing[@]}" >&2
    exit 1
  fi
}

install_packages() {
  if node "$root/scripts/packages-match.mjs"; then return; fi
  say "npm ci: about 60 MB of packages"
  (cd "$root" && npm ci --no-audit --no-fund --loglevel=error)
  say "npm ci: done"
}

build_typescript() {
  local stamp="$root/build/typescript.stamp"
  if [ -f "$stamp" ] && [ -f "$root/dist/cli/main.js" ] &&
    [ -z "$(find "$root/src" "$root/web" "$root"/tsconfig*.json "$root/package.json" -newer "$stamp" -print -quit)" ]; then
    return
  fi
  say "TypeScript: building"
  mkdir -p "$root/build"
  # Older than every output, so that a source saved during the build asks for another one.
  touch "$stamp.new"
  rm -rf "$root/dist"
  (cd "$root" && npm run --silent build)
  mv "$stamp.new" "$stamp"
  say "TypeScript: done"
}

set_up() {
  check_tools
  install_packages
  build_typescript
  say "libtorch and native build"
  "${sqltune[@]}" setup >&2
  say "model"
  "${sqltune[@]}" pull smollm2-135m >&2
  say "set-up is complete"
}

# Prints the C++ tests' results and leaves them in build/ctest.log.
run_cpp_tests() {
  say "C++ tests: building"
  cmake -S "$root" -B "$root/build" -DSQLTUNE_TESTS=ON >"$root/build/cmake.log" || { cat "$root/build/cmake.log"; return 1; }
  cmake --build "$root/build" --target sqltune_native_tests --parallel 2 || return 1
  say "C++ tests: running"
  (cd "$root/build" && ctest --output-on-failure) | tee "$root/build/ctest.log"
}

run_typescript_tests() {
  say "TypeScript tests: running"
  rm -f "$root/build/vitest.json"
  (cd "$root" && npx --no-install vitest run --reporter=default --reporter=json --outputFile.json=build/vitest.json "$@")
}

run_tests() {
  local cpp=0 typescript=0
  rm -f "$root/build/ctest.log"
  run_cpp_tests || cpp=$?
  run_typescript_tests "$@" || typescript=$?
  say "tests: done"
  node "$root/scripts/count-tests.mjs" "$root/build/ctest.log" "$cpp" "$root/build/vitest.json" "$typescript"
}

# Serves what the words name; without a model the newest run of this folder, else the quickstart's, trained first if need be.
serve() {
  local word more=()
  for word in "$@"; do
    case "$word" in --adapter | --adapter=* | --adapter_path* | --base | -h | --help) exec "${sqltune[@]}" serve "$@" ;; esac
  done
  if ! compgen -G "outputs/*/final_model/adapter_config.json" >/dev/null; then
    if [ ! -f "$root/outputs/quickstart/final_model/adapter_config.json" ]; then
      say "no adapter yet: training the quickstart's"
      (cd "$root" && "${sqltune[@]}" quickstart >&2)
    fi
    more=(--adapter "$root/outputs/quickstart/final_model")
  fi
  case " $* " in
    *" --db"*) ;;
    *) for word in airline bakery hotel library zoo; do more+=(--db "$root/data/sample/database/$word/$word.sqlite"); done ;;
  esac
  case " $* " in *" --data-dir"*) ;; *) more+=(--data-dir "outputs/served") ;; esac
  # Names that do not exist are what a small model gets wrong most: the page is for answers that run.
  case " $* " in *inference.constrain*) ;; *) more+=(--set inference.constrain=schema) ;; esac
  case " $* " in *" --runs"*) ;; *) more+=(--runs outputs) ;; esac
  # Runs are started and stopped from this machine alone.
  case " $* " in *" --runs"* | *" --host"*) ;; *) more+=(--allow-training) ;; esac
  exec "${sqltune[@]}" serve ${more[@]+"${more[@]}"} "$@"
}

case "${1:-quickstart}" in
  setup)
    set_up
    ;;
  test)
    shift
    set_up
    run_tests "$@"
    ;;
  serve)
    shift
    set_up
    serve "$@"
    ;;
  quickstart)
    set_up
    cd "$root"
    exec "${sqltune[@]}" "${@:-quickstart}"
    ;;
  *)
    set_up
    exec "${sqltune[@]}" "$@"
    ;;
esac
