#!/bin/sh
# Plans, and tells people about it: for a pull request, an approval, a nightly look.
#
#   plan.sh [argument of terraform plan]...
#
# Leaves in the folder of the configuration
#
#   tfplan          the plan, for terraform apply tfplan
#   plan.txt        what Terraform said
#   plan.md         the same for people, at most 60,000 bytes: GitHub takes 65,536 characters
#   plan.json       how many objects are created, changed and deleted, as GitLab shows it
#
# and ends with 0 where nothing is to do, 2 where something is, 1 where the plan failed. A plain shell will do, and TERRAFORM may name tofu.
set -u

terraform=${TERRAFORM:-terraform}
title=${PLAN_TITLE:-Plan of the registry rules}

main() {
  code=0
  "$terraform" plan -input=false -no-color -detailed-exitcode -out=tfplan "$@" >plan.txt 2>&1 || code=$?
  cat plan.txt
  case $code in 0 | 1 | 2) ;; *) code=1 ;; esac
  page >plan.md
  counts >plan.json
  exit "$code"
}

# First what it comes to, then what a reviewer must not overlook, then all of it.
page() {
  printf '## %s\n\n' "$title"
  case $code in
    0) printf ':white_check_mark: **Nothing to do**: everything is as the configuration says.\n' ;;
    1) printf ':x: **The plan failed.**\n' ;;
    2) printf ':pencil2: **%s**\n' "$(sed -n 's/^Plan: //p; s/^Changes to Outputs:$/Only outputs change./p' plan.txt | head -n 1)" ;;
  esac
  said Error ':x:'
  said Warning ':warning:'
  [ "$code" -ne 1 ] && open='' || open=' open'
  printf '\n<details%s><summary>What Terraform says</summary>\n\n~~~~~~diff\n' "$open"
  body | cut_at 50000
  printf '~~~~~~\n\n</details>\n'
}

# A line for each different error, or warning: what it says, and of what. Without colours Terraform frames nothing.
said() {
  awk -v kind="$1" -v mark="$2" '
    /^(Error|Warning): / {
      show()
      if (index($0, kind ": ") == 1) text = substr($0, length(kind) + 3)
      next
    }
    /^  with .*,$/ { about = $0; sub(/^  with /, "", about); sub(/,$/, "", about) }
    function show() {
      if (text != "") {
        if (about != "") text = text " (`" about "`)"
        if (!(text in seen) && ++count <= 40) printf "%s%s %s  \n", count == 1 ? "\n" : "", mark, text
        seen[text] = 1
      }
      text = about = ""
    }
    END {
      show()
      if (count > 40) printf "%s %d more\n", mark, count - 40
    }' plan.txt
}

# Without the progress of the refresh; and signs of changes in front, where a diff is coloured by them.
body() {
  awk '
    /: (Refreshing state\.\.\.|Reading\.\.\.|Still reading\.\.\.|Read complete after|Refreshing\.\.\.)/ { next }
    /^~~~/ { $0 = " " $0 } # would end the block
    /^ *-\/\+ / { sub(/-\/\+/, "   "); print "!" substr($0, 2); next }
    /^ *\+\/- / { sub(/\+\/-/, "   "); print "!" substr($0, 2); next }
    /^ *[+-] / { sign = /^ *\+/ ? "+" : "-"; sub(/[+-]/, " "); print sign substr($0, 2); next }
    /^ *~ / { sub(/~/, " "); print "!" substr($0, 2); next }
    { print }' plan.txt
}

# Whole lines, so many bytes at the most.
cut_at() {
  LC_ALL=C awk -v most="$1" '
    { size += length($0) + 1 }
    size > most { print "... the rest is in the log of this job"; exit }
    { print }'
}

counts() {
  awk '
    /^Plan: / {
      for (i = 2; i <= NF; i++) {
        if ($i == "add,") create = $(i - 2)
        if ($i == "change,") update = $(i - 2)
        if ($i == "destroy.") drop = $(i - 2)
      }
    }
    END { printf "{\"create\":%d,\"update\":%d,\"delete\":%d}\n", create, update, drop }' plan.txt
}

main "$@"
