import { type CompletionRow, rowText } from './completion-table.js';

/**
 * For bash 3.2 and later. What is typed is compared and never evaluated: no `eval`, and no `compgen -W`, which expands the words it is
 * given.
 */
export function bashScript(rows: readonly CompletionRow[]): string {
  return `# Completion of wasmlattice for bash: put this into ~/.bashrc
#   source <(wasmlattice completion bash)

_wasmlattice_table() {
  IFS= read -r -d '' REPLY <<'WASMLATTICE_TABLE'

${rows.map(rowText).join('\n')}
WASMLATTICE_TABLE
}

# Offers a word if it begins as what is typed.
_wasmlattice_offer() {
  if [[ $1 == "$_wasmlattice_cur"* ]]; then COMPREPLY+=("$1"); fi
}

# Offers what may stand at a place: words that are known, or what the lattice knows.
_wasmlattice_place() {
  local place=$1 word flag
  local flags=()
  case $place in
    @file | @none) ;;
    @*)
      for flag in lattice nats-url ctl-host ctl-port ctl-creds ctl-inbox-prefix ctl-topic-prefix; do
        if [[ $COMP_LINE =~ [[:space:]]--$flag[=[:space:]]+([A-Za-z0-9_./:@][A-Za-z0-9_./:@-]*) ]]; then
          flags+=("--$flag" "\${BASH_REMATCH[1]}")
        fi
      done
      while IFS= read -r word; do
        _wasmlattice_offer "$word"
      done < <(command wasmlattice complete-words "\${place#@}" \${flags[@]+"\${flags[@]}"} 2>/dev/null </dev/null)
      ;;
    *)
      for word in $place; do _wasmlattice_offer "$word"; done
      ;;
  esac
}

_wasmlattice() {
  local REPLY line kind at word text path=/ place='' index=0 i
  local _wasmlattice_cur=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local IFS=$' \\t\\n'
  COMPREPLY=()
  _wasmlattice_table
  # --flag=value is three words to bash.
  if [[ $_wasmlattice_cur == '=' ]]; then
    _wasmlattice_cur=''
  elif [[ $before == '=' && COMP_CWORD -ge 2 ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == -* ]]; then
      if [[ $REPLY == *$'\\n'"val|$path|$word|"* || $REPLY == *$'\\n'"val|*|$word|"* ]]; then
        if [[ \${COMP_WORDS[i + 1]-} == '=' ]]; then ((i++)); fi
        ((i++))
      fi
    elif [[ $REPLY == *$'\\n'"cmd|$path|$word|"* ]]; then
      path=\${path%/}/$word
      index=0
    elif [[ $word != '=' ]]; then
      ((index++))
    fi
  done
  while IFS='|' read -r kind at word text; do
    [[ $at == "$path" || $at == '*' ]] || continue
    case $kind in
      val) if [[ $word == "$before" ]]; then place=\${text:-@none}; fi ;;
    esac
  done <<<"$REPLY"
  if [[ -n $place ]]; then
    _wasmlattice_place "$place"
    return 0
  fi
  while IFS='|' read -r kind at word text; do
    [[ $at == "$path" || $at == '*' ]] || continue
    case $kind in
      opt) if [[ $_wasmlattice_cur == -* ]]; then _wasmlattice_offer "$word"; fi ;;
      cmd) if [[ $index == 0 && $_wasmlattice_cur != -* ]]; then _wasmlattice_offer "$word"; fi ;;
      arg)
        if [[ $_wasmlattice_cur != -* ]]; then
          if [[ $word == "$index" || ($word == *'*' && $index -ge \${word%'*'}) ]]; then place=$text; fi
        fi
        ;;
    esac
  done <<<"$REPLY"
  if [[ -n $place ]]; then _wasmlattice_place "$place"; fi
  return 0
}

complete -o bashdefault -o default -F _wasmlattice wasmlattice
`;
}
