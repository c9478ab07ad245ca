#!/bin/sh
# Tells people on GitHub what plan.sh has found. Needs gh, which every runner of GitHub has, GH_TOKEN and GITHUB_REPOSITORY.
#
#   report.sh comment NUMBER   plan.md as the one comment of a pull request: the first time it is written, later it is renewed
#   report.sh drift CODE       an issue with plan.md while plan.sh ends with 2; closed when it ends with 0
set -eu

mark='<!-- plan of the registry rules -->'
label=registry-drift

main() {
  case ${1:-} in
    comment) comment "${2:?the number of the pull request}" ;;
    drift) drift "${2:?the exit code of plan.sh}" ;;
    *) echo "report.sh comment NUMBER | drift CODE" >&2; exit 64 ;;
  esac
}

# Anybody may write the mark; only what Actions has written is written over.
comment() {
  comments=repos/$GITHUB_REPOSITORY/issues/$1/comments
  { echo "$mark"; cat plan.md; } >comment.md
  own=$(gh api --paginate "$comments" --jq ".[] | select(.user.login == \"github-actions[bot]\" and (.body | startswith(\"$mark\"))) | .id" | head -n 1)
  if [ -n "$own" ]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$own" --field body=@comment.md
  else
    gh api --silent --method POST "$comments" --field body=@comment.md
  fi
}

drift() {
  open=$(gh issue list --label "$label" --state open --limit 1 --json number --jq '.[].number')
  case $1,$open in
    0,) ;;
    0,*) gh issue close "$open" --comment "The registry is as the configuration says." ;;
    2,) gh label create "$label" --force --description "A registry is not as its configuration says"
      gh issue create --title "The registry is not as its configuration says" --label "$label" --body-file plan.md ;;
    2,*) gh issue edit "$open" --body-file plan.md ;;
    *) echo "The plan failed, so nobody knows whether the registry is as it should be: see above." >&2; exit 1 ;;
  esac
}

main "$@"
