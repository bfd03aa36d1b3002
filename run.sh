#!/usr/bin/env bash
# ./run.sh              builds and compares the three sample models
# ./run.sh test         builds and runs every test
# ./run.sh bundle       makes an archive that runs without .NET, with the libtorch of an installed PyTorch
# ./run.sh bundle-bench makes an archive of bench/ for hosts that have the bundle
# ./run.sh bundle-tests makes an archive of the engine's tests, those for a GPU too, that runs without .NET
# ./run.sh pack [VERSION] makes the NuGet packages in artifacts/packages: LmDeploy.Client, .Evaluation, .Hub, .Reports, .Runtime, .Text and the lmdeploy tool
# ./run.sh try-text MODEL [aot] packs LmDeploy.Text and runs samples/text.cs as a program that has nothing but the package
# ./run.sh api          rewrites the lists of the public API (client, evaluation, hub, reports, text) and of the contract's fields, after a deliberate change
# ./run.sh ANYTHING     the lmdeploy command line
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$root/artifacts/lmdeploy
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# The programs look for .NET where packages install it; tell them where this one is.
if [ -z "${DOTNET_ROOT:-}" ] && dotnet=$(command -v dotnet); then
  dotnet=$(dirname "$(readlink -f "$dotnet")")
  [ ! -d "$dotnet/shared" ] || export DOTNET_ROOT=$dotnet
fi

require_sdk() {
  local major
  major=$(sed -n 's/.*"version": "\([0-9]*\)\..*/\1/p' "$root/global.json")
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q "^$major\."; then
    cat >&2 <<MESSAGE
lmdeploy needs the .NET SDK $major, which was not found.
  Debian 12:     wget https://packages.microsoft.com/config/debian/12/packages-microsoft-prod.deb
                 sudo dpkg -i packages-microsoft-prod.deb && sudo apt-get update && sudo apt-get install -y dotnet-sdk-$major.0
  Ubuntu 24.04:  sudo apt-get install -y dotnet-sdk-$major.0
  Ubuntu 22.04:  sudo add-apt-repository ppa:dotnet/backports && sudo apt-get install -y dotnet-sdk-$major.0
  Others:        https://dotnet.microsoft.com/download
MESSAGE
    exit 1
  fi
}

# What a build depends on: names, sizes and times of everything that goes into the programs, and the libtorch that was asked for.
fingerprint() {
  (cd "$root" && echo "${TORCH_BACKEND:-cpu}" && find src proto global.json Directory.Build.props Directory.Packages.props .editorconfig \
    -type f -printf '%p %s %T@\n' | sort) | sha256sum
}

# MSBuild's lines, as seconds since the start and the project that is done; errors and warnings as they are.
narrate() {
  local line name
  while IFS= read -r line; do
    name=${line#"${line%%[![:space:]]*}"}
    case $name in
      '' | 'Determining projects'* | 'All projects are'* | *'are up-to-date for restore.') ;;
      'Restored '*) printf '%5d s  restored %s\n' $SECONDS "$(basename "${name%% (in *}" .csproj)" ;;
      *' -> '*.dll) printf '%5d s  compiled %s\n' $SECONDS "${name%% -> *}" ;;
      *' -> '*) printf '%5d s  published %s\n' $SECONDS "${name%% -> *}" ;;
      'Successfully created package '*) ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
}

# Says what a restore will download. The sizes were read off an empty package folder, with libtorch 2.10.0.
announce_downloads() {
  local packages=${NUGET_PACKAGES:-${HOME:-}/.nuget/packages} version
  version=$(sed -n 's/.*"libtorch-cpu-linux-x64" Version="\([^"]*\)".*/\1/p' "$root/Directory.Packages.props")
  if [ -e "$packages/libtorch-cpu-linux-x64/$version" ]; then
    echo "  packages are in $packages already; what is missing there is downloaded"
  elif [ "${TORCH_BACKEND:-cpu}" = cpu ]; then
    echo "  downloads 310 MiB to $packages, once; 122 MiB of it is libtorch $version for the CPU, 475 MiB unpacked"
  else
    echo "  downloads packages to $packages, once"
  fi
}

# Into a folder beside the home, which then takes its place: nothing of an earlier build is left in it.
build() {
  local stamp=$root/artifacts/programs.stamp now fresh=$root/artifacts/lmdeploy.new
  now=$(fingerprint)
  if [ -x "$home/cli/lmdeploy" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then
    return
  fi
  require_sdk
  SECONDS=0
  {
    echo "Building lmdeploy in artifacts/: two minutes on two idle cores the first time, more beside other work, less after a change."
    echo "[1/2] Restoring packages"
    announce_downloads
    dotnet restore "$root/src/Programs.slnf" --nologo --tl:off -v minimal "${BUILD_ARGUMENTS[@]}" | narrate
    echo "[2/2] Compiling $(grep -c csproj "$root/src/Programs.slnf") projects, three of them ahead of time"
    rm -rf "$fresh"
    dotnet publish "$root/src/Programs.slnf" -c Release --no-restore --nologo --tl:off -v minimal \
      "-p:LmDeployHome=$fresh/" "${BUILD_ARGUMENTS[@]}" | narrate
    rm -rf "$home"
    mv "$fresh" "$home"
    echo "$now" >"$stamp"
    echo "Built in $SECONDS s: $home"
  } >&2
}

# Without symbols, what only debuggers and tracers load, and what only the pictures of reports need.
strip_folder() {
  find "$1" \( -name '*.pdb' -o -name '*.xml' -o -name 'libmscor*.so' -o -name 'libclrgc*.so' -o -name libcoreclrtraceptprovider.so -o -name createdump \
    -o -name 'libSkiaSharp.so' -o -name 'libHarfBuzzSharp.so' \) -delete
}

# compress PARENT FOLDER ARCHIVE
compress() {
  XZ_OPT="--x86 --lzma2=preset=6,dict=64MiB" tar -C "$1" -cJf "$3" "$2"
}

# The three programs with the runtime they need and without libtorch. What they have in common is in the archive once.
bundle() {
  require_sdk
  local work=$root/artifacts/bundle archive=$root/artifacts/lmdeploy-linux-x64.tar.xz program file
  rm -rf "$work" "$archive"
  dotnet publish "$root/src/Programs.slnf" -c Release --nologo -v quiet \
    "-p:ArtifactsPath=$work/build" "-p:LmDeployHome=$work/lmdeploy/" -p:SelfContained=true -p:TorchBackend=none >&2
  strip_folder "$work/lmdeploy"
  for program in supervisor worker; do
    (cd "$work/lmdeploy/$program" && find . -type f) | while read -r file; do
      if cmp -s "$work/lmdeploy/cli/$file" "$work/lmdeploy/$program/$file"; then
        ln -f "$work/lmdeploy/cli/$file" "$work/lmdeploy/$program/$file"
      fi
    done
  done
  compress "$work" lmdeploy "$archive"
  echo "$archive ($(($(stat -c %s "$archive") >> 20)) MiB): unpack it and run lmdeploy/cli/lmdeploy"
}

# What bench/ has and the worker of the bundle has not, the runtime above all; the worker itself is in it, so that it fits any bundle with the same packages.
bundle_bench() {
  require_sdk
  local work=$root/artifacts/bundle archive=$root/artifacts/bench-linux-x64.tar.xz file
  [ -d "$work/lmdeploy/worker" ] || bundle
  rm -rf "$work/bench" "$archive"
  dotnet publish "$root/bench" -c Release --nologo -v quiet \
    "-p:ArtifactsPath=$work/build" "-p:PublishDir=$work/bench/" -p:SelfContained=true -p:TorchBackend=none >&2
  strip_folder "$work/bench"
  (cd "$work/bench" && find . -type f ! -name lmdeploy-worker.dll) | while read -r file; do
    if cmp -s "$work/lmdeploy/worker/$file" "$work/bench/$file"; then
      rm "$work/bench/$file"
    fi
  done
  compress "$work" bench "$archive"
  echo "$archive ($(($(stat -c %s "$archive") >> 20)) MiB): unpack it over a copy of lmdeploy/worker and run LmDeploy.Bench"
}

# The tests of the engine as a program, with the runtime and their data and without libtorch.
bundle_tests() {
  require_sdk
  local work=$root/artifacts/bundle archive=$root/artifacts/lmdeploy-tests-linux-x64.tar.xz
  rm -rf "$work/lmdeploy-tests" "$archive"
  dotnet publish "$root/tests/Engine.Tests" -c Release --nologo -v quiet -r linux-x64 --self-contained \
    "-p:ArtifactsPath=$work/build" "-p:PublishDir=$work/lmdeploy-tests/program/" -p:TorchBackend=none >&2
  strip_folder "$work/lmdeploy-tests"
  cp "$root/tests/Engine.Tests/run" "$work/lmdeploy-tests/"
  compress "$work" lmdeploy-tests "$archive"
  echo "$archive ($(($(stat -c %s "$archive") >> 20)) MiB): unpack it and run lmdeploy-tests/run, with --gpu on a host with a GPU"
}

# The libraries, and what ./run.sh has built: as one dotnet tool, and as the package that brings it to an application.
# With libtorch for the CPU in the tool unless TORCH_BACKEND says otherwise.
pack() {
  local packages=$root/artifacts/packages settings=(-c Release --nologo --tl:off -v minimal -o "$root/artifacts/packages") project
  [ $# -eq 0 ] || settings+=("-p:PackageVersion=$1")
  build
  require_sdk
  rm -rf "$packages"
  SECONDS=0
  {
    echo "[1/2] Packing the libraries"
    dotnet pack "$root/src/Libraries.slnf" "${settings[@]}" "${BUILD_ARGUMENTS[@]}" | narrate
    echo "[2/2] Packing the programs of $home; the tool has libtorch in it"
    for project in Tool Runtime; do
      dotnet pack "$root/src/$project" "${settings[@]}" "-p:LmDeployHome=$home/" | narrate
    done
    echo "Packed in $SECONDS s."
  } >&2
  du -h "$packages"/*.nupkg
  cat <<MESSAGE
Use them, in the folder of your solution (docs/client.md has a nuget.config with source mapping):
  dotnet new nugetconfig && dotnet nuget add source $packages --name lmdeploy --configfile nuget.config
  dotnet add package LmDeploy.Client        # the library; LmDeploy.Runtime brings the programs too
MESSAGE
}

# LmDeploy.Text as its users have it: a folder outside the checkout, the package from a feed, one trimmed file or native code.
try_text() {
  require_sdk
  local model work version=0.1.0-try.$$ form=(-p:PublishTrimmed=true -p:PublishSingleFile=true)
  model=$(realpath "${1:?name a model folder}")
  [ "${2:-}" != aot ] || form=(-p:PublishAot=true)
  work=$(mktemp -d)
  trap "rm -rf '$work'" EXIT
  dotnet pack "$root/src/Text" -c Release --nologo -v quiet -o "$work/feed" "-p:PackageVersion=$version" >&2
  mkdir "$work/program"
  sed -e '/^#:/d' -e 's/args.Length > 0 ? args\[0\] : Checkout.Model("boulder")/args[0]/' "$root/samples/text.cs" >"$work/program/Program.cs"
  cat >"$work/program/nuget.config" <<CONFIG
<configuration>
  <config><add key="globalPackagesFolder" value="$work/packages" /></config>
  <packageSources><add key="packed" value="$work/feed" /></packageSources>
</configuration>
CONFIG
  cat >"$work/program/program.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <TrimmerSingleWarn>false</TrimmerSingleWarn>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="LmDeploy.Text" Version="$version" />
  </ItemGroup>
</Project>
PROJECT
  (cd "$work/program" && dotnet publish -c Release --nologo -v quiet --use-current-runtime --self-contained "${form[@]}" -o "$work/published" >&2)
  du -h "$work/published/program" >&2
  (cd / && "$work/published/program" "$model")
}

# From an empty list: the fix does not add to one that is there.
list_api() {
  local library
  require_sdk
  for library in Client Evaluation Hub Reports Text; do
    echo '#nullable enable' >"$root/src/$library/PublicAPI.Unshipped.txt"
    dotnet format analyzers "$root/src/$library/LmDeploy.$library.csproj" --diagnostics RS0016 --severity warn >&2
  done
  LMDEPLOY_LIST_API=1 dotnet test "$root/tests/Supervisor.Tests" -c Release --nologo -v quiet \
    --filter FullyQualifiedName~ContractRulesTests.EveryField_IsListed >&2
}

# Adds up what the test runs wrote, and names what failed; the last line is 'N passed, N failed, N skipped'.
summarize() {
  local results=$1 file line total=0 passed=0 failed=0
  awk 'BEGIN { RS = "<UnitTestResult " } /^[^>]*outcome="Failed"/ {
    name = message = $0; sub(/.* testName="/, "", name); sub(/".*/, "", name)
    sub(/.*<Message>/, "", message); sub(/<\/Message>.*/, "", message)
    print "failed: " name ": " substr(message, 1, 1000) }' "$results"/*.trx 2>/dev/null || true
  for file in "$results"/*.trx; do
    [ -e "$file" ] || continue
    line=$(grep -o '<Counters [^>]*' "$file")
    count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$line"; }
    total=$((total + $(count total)))
    passed=$((passed + $(count passed)))
    failed=$((failed + $(count failed) + $(count error) + $(count timeout) + $(count aborted)))
  done
  echo "$passed passed, $failed failed, $((total - passed - failed)) skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# Some tests want Debian packages and are skipped without them, so that this may fail.
install_packages() {
  local what=$1
  shift
  if [ -n "${LMDEPLOY_NO_APT:-}" ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    return
  fi
  echo "Installing $* for $what (LMDEPLOY_NO_APT=1 leaves it out) ..." >&2
  timeout 300 sh -c 'apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"' sh "$@" \
    </dev/null >/dev/null 2>&1 ||
    echo "$* could not be installed: $what are skipped." >&2
}

install_browser() {
  [ -e /usr/bin/chromium ] || [ -e /usr/bin/google-chrome ] || install_packages "the tests of the page" chromium
}

install_jupyter() {
  [ -d /usr/lib/python3/dist-packages/nbconvert ] && [ -d /usr/lib/python3/dist-packages/ipykernel ] ||
    install_packages "the tests of the notebook" jupyter-nbconvert python3-ipykernel
}

run_tests() {
  require_sdk
  install_browser
  install_jupyter
  if [ "${1:-}" = --soak ]; then
    export LMDEPLOY_SOAK=1
    shift
  fi
  local results=$root/artifacts/test-results status=0
  rm -rf "$results"
  build
  dotnet build "$root/LmDeploy.sln" -c Release --nologo -v quiet
  export LMDEPLOY_HOME=$home
  # One project at a time: the end-to-end tests measure processes and want the machine for themselves.
  dotnet test "$root/LmDeploy.sln" -c Release --no-build --nologo -m:1 \
    --logger trx --results-directory "$results" --blame-hang-timeout 10min "$@" || status=$?
  summarize "$results" || status=1
  return $status
}

BUILD_ARGUMENTS=()
[ -z "${TORCH_BACKEND:-}" ] || BUILD_ARGUMENTS+=("-p:TorchBackend=$TORCH_BACKEND")

if [ "${1:-}" = test ]; then
  shift
  run_tests "$@"
  exit
fi

if [ "${1:-}" = bundle ]; then
  bundle
  exit
fi

if [ "${1:-}" = bundle-bench ]; then
  bundle_bench
  exit
fi

if [ "${1:-}" = bundle-tests ]; then
  bundle_tests
  exit
fi

if [ "${1:-}" = try-text ]; then
  shift
  try_text "$@"
  exit
fi

if [ "${1:-}" = api ]; then
  list_api
  exit
fi

if [ "${1:-}" = pack ]; then
  shift
  pack "$@"
  exit
fi

build
export LMDEPLOY_HOME=${LMDEPLOY_HOME:-$home}
if [ $# -eq 0 ]; then
  set -- compare "$root/models/pebble" "$root/models/cobble" "$root/models/boulder" --eval "$root/models/eval.jsonl"
fi
exec "$home/cli/lmdeploy" "$@"
