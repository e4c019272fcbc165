# Each Tab asks the very command that stands on the line, be it a path, with the words up to the cursor.
_daybook() {
  local line
  local -a described
  for line in "${(@f)$("${words[1]}" --complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && described+=("${line%%$'\t'*}:${line#*$'\t'}")
  done
  if (( $#described )); then _describe daybook described; else _files; fi
}
compdef _daybook daybook
