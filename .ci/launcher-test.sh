#!/usr/bin/env bash
# Tests the launcher "bearhug" with made-up JDK folders and a made-up Maven: which JDK it picks, when it builds, what it says.
set -eu

launcher=$(cd "$(dirname "$0")/.." && pwd)/bearhug
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 count=0

# Only these commands are on the PATH: no java and no mvn of this machine.
mkdir "$work/bin"
for tool in bash env cat dirname find flock grep head mkdir readlink rm sleep touch; do
  path=$(command -v "$tool") && ln -s "$path" "$work/bin/$tool"
done

# jdk FOLDER VERSION: a JDK whose java prints its own folder and what it was given.
jdk() {
  mkdir -p "$1/bin"
  printf 'JAVA_VERSION="%s"\n' "$2" >"$1/release"
  cat >"$1/bin/java" <<'JAVA'
#!/usr/bin/env bash
printf 'java=%s cwd=%s' "$(cd "$(dirname "$0")/.." && pwd)" "$PWD"
for word in "$@"; do printf ' [%s]' "$word"; done
echo
exit "${FAKE_EXIT:-0}"
JAVA
  cp "$1/bin/java" "$1/bin/javac"
  chmod +x "$1/bin/java" "$1/bin/javac"
}

# project FOLDER: a built copy of the project without sources.
project() {
  mkdir -p "$1/tasks/target" "$1/benchmarks/target"
  cp "$launcher" "$1/bearhug"
  : >"$1/tasks/target/bearhug-tasks.jar"
  : >"$1/tasks/target/built"
}

# sources FOLDER: adds sources, older than the build.
sources() {
  mkdir -p "$1/tasks/src/main/java"
  touch -t 202001010000 "$1/pom.xml" "$1/tasks/pom.xml" "$1/tasks/src/main/java/Main.java" "$1/tasks/src/main/java" "$1/tasks/src/main"
}

# run [VARIABLE=VALUE ...] COMMAND ...: runs with a bare environment; leaves output and status.
run() {
  status=0
  output=$(cd "${cwd:-$work}" && env -i PATH="$work/bin" HOME="$work/home" BEARHUG_JDK_DIRS="$work/jdks" "$@" 2>&1) || status=$?
}

# expect NAME STATUS WORD...: the last run ended with STATUS and printed every WORD; a WORD after "!" must be absent.
expect() {
  local name=$1 wanted=$2 ok=1 word
  shift 2
  count=$((count + 1))
  [ "$status" = "$wanted" ] || ok=0
  for word in "$@"; do
    case $word in
      '!'*) case $output in *"${word#!}"*) ok=0 ;; esac ;;
      *) case $output in *"$word"*) ;; *) ok=0 ;; esac ;;
    esac
  done
  if [ $ok = 0 ]; then
    failed=$((failed + 1))
    printf 'FAILED: %s\n  wanted status %s and:' "$name" "$wanted"
    printf ' <%s>' "$@"
    printf '\n  status %s, output:\n%s\n' "$status" "$output"
  fi
}

p=$work/project
project "$p"
mkdir "$work/jdks" "$work/home"

run "$p/bearhug" doctor
expect 'no JDK: says what to install' 3 'no JDK 25 or newer' 'apt-get install openjdk-25-jdk' 'BEARHUG_JAVA_HOME' '!Too old'

jdk "$work/jdks/java-17" 17.0.15
jdk "$work/jdks/java-8" 1.8.0_402
run "$p/bearhug" doctor
expect 'only old JDKs: names them' 3 'Too old' "java-17 (version 17)" "java-8 (version 8)"

mkdir -p "$work/jdks/jre-25/bin"
cp "$work/jdks/java-17/bin/java" "$work/jdks/jre-25/bin/java"
printf 'JAVA_VERSION="25"\n' >"$work/jdks/jre-25/release"
run "$p/bearhug" doctor
expect 'a JRE is no JDK' 3 'no JDK 25 or newer'

jdk "$work/jdks/java-26" 26.0.1
run "$p/bearhug" doctor
expect 'a newer JDK will do' 0 "java=$work/jdks/java-26 "
jdk "$work/jdks/java-25" 25.0.3
run "$p/bearhug" doctor
expect 'the oldest suitable JDK of the folders is picked' 0 "java=$work/jdks/java-25 "

jdk "$work/other jdks/jdk 25" 25
run BEARHUG_JDK_DIRS="$work/other jdks" "$p/bearhug" doctor
expect 'folder with spaces' 0 "java=$work/other jdks/jdk 25 "

jdk "$work/mac/temurin-25.jdk/Contents/Home" 25.0.1
run BEARHUG_JDK_DIRS="$work/nowhere:$work/mac" "$p/bearhug" doctor
expect 'layout of macOS, second of two folders' 0 "java=$work/mac/temurin-25.jdk/Contents/Home "

run JAVA_HOME="$work/other jdks/jdk 25" "$p/bearhug" doctor
expect 'JAVA_HOME before the folders' 0 "java=$work/other jdks/jdk 25 "
run JAVA_HOME="$work/jdks/java-17" "$p/bearhug" doctor
expect 'an old JAVA_HOME is passed over' 0 "java=$work/jdks/java-25 "
run BEARHUG_JAVA_HOME="$work/jdks/java-26" JAVA_HOME="$work/other jdks/jdk 25" "$p/bearhug" doctor
expect 'BEARHUG_JAVA_HOME before JAVA_HOME' 0 "java=$work/jdks/java-26 "
run BEARHUG_JAVA_HOME="$work/jdks/java-17" "$p/bearhug" doctor
expect 'an old BEARHUG_JAVA_HOME is an error' 3 "BEARHUG_JAVA_HOME=$work/jdks/java-17" 'version found: 17'
run BEARHUG_JAVA_HOME="$work/jdks/absent" "$p/bearhug" doctor
expect 'a wrong BEARHUG_JAVA_HOME is an error' 3 'version found: none'

jdk "$work/on path/jdk" 25.0.2
mkdir "$work/path"
ln -s "$work/on path/jdk/bin/java" "$work/path/java"
run PATH="$work/path:$work/bin" "$p/bearhug" doctor
expect 'java on the PATH, through a symbolic link' 0 "java=$work/on path/jdk "

rm "$work/on path/jdk/release"
cat >"$work/on path/jdk/bin/java" <<'JAVA'
#!/usr/bin/env bash
[ "$1" != -version ] || { echo 'openjdk version "25.0.2" 2026-01-20' >&2; exit; }
echo 'asked by -version'
JAVA
run PATH="$work/path:$work/bin" "$p/bearhug" doctor
expect 'a JDK without a release file is asked for its version' 0 'asked by -version'

run "$p/bearhug" predict --text 'two  words' '' '*'
expect 'arguments arrive unchanged, flags are set' 0 '[--add-modules] [jdk.incubator.vector]' '[--enable-native-access=ALL-UNNAMED]' \
  '[-Dai.djl.offline=true]' "[-cp] [$p/tasks/target/bearhug-tasks.jar]" '[dev.bearhug.tasks.cli.Main] [predict] [--text] [two  words] [] [*]'
run BEARHUG_JAVA_OPTS='-Xmx8g -Dx=y' "$p/bearhug" doctor
expect 'BEARHUG_JAVA_OPTS come after our own' 0 '[-Xmx2g]' '[-Xmx8g] [-Dx=y] [-cp]'
run FAKE_EXIT=2 "$p/bearhug" train
expect 'the exit status is passed on' 2 '[train]'

mkdir "$work/else where"
ln -s ../project/bearhug "$work/else where/first"
ln -s first "$work/else where/second"
cwd="$work/else where" run ./second doctor
expect 'through symbolic links, from another folder' 0 "[$p/tasks/target/bearhug-tasks.jar]" "cwd=$work/else where"
project "$work/a project"
run "$work/a project/bearhug" doctor
expect 'project path with a space' 0 "[$work/a project/tasks/target/bearhug-tasks.jar]"

# From here on there are sources; a build is a made-up Maven that writes what the real one would.
sources "$p"
run "$p/bearhug" doctor
expect 'fresh jars are not built again' 0 '!building' '[doctor]'
touch -t 203001010000 "$p/tasks/src/main/java/Main.java"
run "$p/bearhug" doctor
expect 'a newer source and no Maven: says so' 3 'Maven (mvn) is not on the PATH'
run BEARHUG_NO_BUILD=1 "$p/bearhug" doctor
expect 'BEARHUG_NO_BUILD runs what is there' 0 '!building' '[doctor]'

mkdir "$work/maven"
cat >"$work/maven/mvn" <<'MVN'
#!/usr/bin/env bash
here=$(dirname "$0")
echo "JAVA_HOME=$JAVA_HOME $*" >>"$here/calls"
case "$(cat "$here/mode") $*" in
  no-network*' -Ppeer '*) echo 'Could not resolve dependencies: org.bytedeco:pytorch:jar:1 has not been downloaded from it before'; exit 1 ;;
  compile-error*) echo 'COMPILATION ERROR'; exit 1 ;;
  cold*' -o '*) echo 'Cannot access central in offline mode and the artifact x:y:1 has not been downloaded from it before.'; exit 1 ;;
esac
sleep 0.5
target=$here/../project/tasks/target program=bearhug-tasks
case $* in
  *' -pl benchmarks '*) target=$here/../project/benchmarks/target program=bearhug-benchmarks ;;
esac
: >"$target/$program.jar"
touch -t 203001010001 "$target/built"
case $* in
  *' -Ppeer '*) touch -t 203001010001 "$target/built-with-peer" ;;
esac
MVN
chmod +x "$work/maven/mvn"
with_maven="PATH=$work/maven:$work/bin"

# calls NAME N: Maven ran N times since the last look.
calls() {
  output="$(cat "$work/maven/calls" 2>/dev/null || true)"
  status=$(printf '%s' "$output" | grep -c . || true)
  expect "$1" "$2" "${@:3}"
  rm -f "$work/maven/calls"
}

echo warm >"$work/maven/mode"
run "$with_maven" "$p/bearhug" doctor
expect 'a newer source: builds, then runs' 0 'building' '[doctor]'
calls 'builds offline with the JDK that was found' 1 "JAVA_HOME=$work/jdks/java-25" ' -o package'

echo cold >"$work/maven/mode"
rm "$p/tasks/target/bearhug-tasks.jar"
run "$with_maven" "$p/bearhug" doctor
expect 'missing downloads: builds online' 0 'building' '[doctor]'
calls 'one offline and one online build' 2

echo compile-error >"$work/maven/mode"
rm "$p/tasks/target/bearhug-tasks.jar"
run "$with_maven" "$p/bearhug" doctor
expect 'a failed build shows its output' 3 'COMPILATION ERROR' 'the build failed' '![doctor]'
calls 'a compile error is not tried again online' 1
run BEARHUG_NO_BUILD=1 "$with_maven" "$p/bearhug" doctor
expect 'no jar and BEARHUG_NO_BUILD' 3 'BEARHUG_NO_BUILD is set'

# The benchmarks: another jar, and libtorch only where it is measured.
tasks_jar="[-cp] [$p/tasks/target/bearhug-tasks.jar]"
bench_jar="[-cp] [$p/benchmarks/target/bearhug-benchmarks.jar]"
echo warm >"$work/maven/mode"
run "$with_maven" "$p/bearhug" doctor
rm -f "$work/maven/calls"
for words in '--help' 'bench --help' 'bench' 'bench cpu --help' 'predict --text cpu'; do
  # shellcheck disable=SC2086 # several words
  run "$with_maven" "$p/bearhug" $words
  expect "no benchmarks are built for: $words" 0 "$tasks_jar" '!building'
done
run BEARHUG_NO_BUILD=1 "$p/bearhug" bench cpu
expect 'benchmarks are not built and must not be' 3 'bearhug-benchmarks.jar is missing' 'mvn -Ppeer -DskipTests package'
run "$with_maven" "$p/bearhug" bench cpu --no-peer
expect 'without the peer the benchmarks are built alone' 0 'building (first' '!libtorch' "$bench_jar" '[bench] [cpu] [--no-peer]'
calls 'one build of the benchmarks without the profile' 1 ' -pl benchmarks -am ' '!-Ppeer'
run "$with_maven" "$p/bearhug" bench cpu --list
expect 'the list needs no peer' 0 '!building' "$bench_jar"

echo no-network >"$work/maven/mode"
run "$with_maven" "$p/bearhug" bench cpu
expect 'the peer cannot be downloaded: says so and what to do' 3 'building with libtorch' 'could not be downloaded' '--no-peer' '![bench]'
calls 'tried offline and online' 2 ' -o package' '-Ppeer'
run "$with_maven" "$p/bearhug" bench cpu --no-peer
expect 'after that the benchmarks run without the peer' 0 '!building' "$bench_jar"

echo warm >"$work/maven/mode"
run "$with_maven" "$p/bearhug" bench cpu --filter gelu
expect 'with the peer: another build' 0 'building with libtorch' "$bench_jar"
calls 'one build with the profile' 1 '-Ppeer'
run "$with_maven" "$p/bearhug" bench cpu
expect 'built with the peer once' 0 '!building' "$bench_jar"
touch -t 203001010002 "$p/tasks/src/main/java/Main.java"
run "$with_maven" "$p/bearhug" bench cpu --no-peer
expect 'a build that has the peer keeps it' 0 'building with libtorch' "$bench_jar"
calls 'built with the profile again' 1 '-Ppeer'
touch -t 202001010000 "$p/tasks/src/main/java/Main.java"
rm "$p/tasks/target/bearhug-tasks.jar"

if command -v flock >/dev/null; then
  echo warm >"$work/maven/mode"
  # shellcheck disable=SC2016 # expanded by the inner shell
  run "$with_maven" bash -c '"$1" one & "$1" two & wait' - "$p/bearhug"
  expect 'two first starts at once both run' 0 '[one]' '[two]'
  calls 'two first starts build once' 1
else
  echo 'launcher: no flock here, the check of two starts at once was left out'
fi

echo "launcher: $count checks, $failed failed"
[ $failed = 0 ]
