#!/usr/bin/env bash
# Waits until a file is there:  wait_for_file.sh FILE SECONDS
#
# Exit codes: 0 it is there (and is listed), 1 wrong usage, 2 no such directory or SECONDS is no number, 62 not in time.
set -euo pipefail

if (($# != 2)); then
  echo "Usage: wait_for_file.sh FILE SECONDS" >&2
  exit 1
fi
file=$1
seconds=$2
if [[ ! -d $(dirname -- "$file") ]]; then
  echo "error: The directory of $file does not exist." >&2
  exit 2
fi
if [[ ! $seconds =~ ^[0-9]+$ ]]; then
  echo "error: SECONDS is \"$seconds\", not a whole number." >&2
  exit 2
fi

end=$((SECONDS + 10#$seconds))
while [[ ! -e $file ]]; do
  left=$((end - SECONDS))
  if ((left <= 0)); then
    echo "error: $file did not come within $seconds s." >&2
    exit 62
  fi
  sleep $((left < 5 ? left : 5))
done
ls -l -- "$file"
