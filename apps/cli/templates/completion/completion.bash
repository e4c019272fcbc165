# Each Tab asks the very command that stands on the line, be it a path, with the words up to the cursor.
_daybook() {
  local IFS=$'\n'
  COMPREPLY=($("${COMP_WORDS[0]}" --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _daybook daybook
