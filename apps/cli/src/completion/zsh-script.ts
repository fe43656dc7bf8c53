import { type CompletionRow, rowText } from './completion-table.js';

/** For zsh 5: by itself after `compinit`, or as the file \`_wasmlattice\` in a folder of \`fpath\`. What is typed is compared and never evaluated. */
export function zshScript(rows: readonly CompletionRow[]): string {
  return `#compdef wasmlattice
# Completion of wasmlattice for zsh: put this into ~/.zshrc, after compinit
#   source <(wasmlattice completion zsh)

_wasmlattice_table() {
  IFS= read -r -d '' REPLY <<'WASMLATTICE_TABLE'

${rows.map(rowText).join('\n')}
WASMLATTICE_TABLE
}

# Offers what may stand at a place: words that are known, what the lattice knows, or files.
_wasmlattice_place() {
  local place=$1 word name
  local -a found flags
  case $place in
    @none) return 0 ;;
    @file)
      _files
      return
      ;;
    @*)
      local -i at
      for ((at = 2; at < CURRENT; at++)); do
        case \${words[at]} in
          --lattice | --nats-url | --ctl-host | --ctl-port | --ctl-creds | --ctl-inbox-prefix | --ctl-topic-prefix)
            flags+=("\${words[at]}" "\${words[at + 1]}")
            ;;
        esac
      done
      found=("\${(@f)$(command wasmlattice complete-words "\${place#@}" "\${flags[@]}" 2>/dev/null </dev/null)}")
      ;;
    *) found=("\${(@s: :)place}") ;;
  esac
  found=("\${(@)found:#}")
  if (( \${#found} )); then compadd -a found; fi
}

_wasmlattice() {
  emulate -L zsh
  local REPLY line kind at word text row_path=/ place='' typed=\${words[CURRENT]} before=\${words[CURRENT - 1]}
  local -i index=0 i
  local -a found shown
  _wasmlattice_table
  for ((i = 2; i < CURRENT; i++)); do
    word=\${words[i]}
    if [[ $word == -* ]]; then
      if [[ $REPLY == *$'\\n'"val|$row_path|$word|"* || $REPLY == *$'\\n'"val|*|$word|"* ]]; then ((i++)); fi
    elif [[ $REPLY == *$'\\n'"cmd|$row_path|$word|"* ]]; then
      row_path=\${row_path%/}/$word
      index=0
    else
      ((index += 1))
    fi
  done
  if [[ $typed == --*=* ]]; then
    before=\${typed%%=*}
    compset -P '*='
  fi
  while IFS='|' read -r kind at word text; do
    [[ $at == "$row_path" || $at == '*' ]] || continue
    if [[ $kind == val && $word == "$before" ]]; then place=\${text:-@none}; fi
  done <<<"$REPLY"
  if [[ -n $place ]]; then
    _wasmlattice_place "$place"
    return
  fi
  while IFS='|' read -r kind at word text; do
    [[ $at == "$row_path" || $at == '*' ]] || continue
    case $kind in
      opt) if [[ $typed == -* ]]; then found+=("$word") shown+=("$word  $text"); fi ;;
      cmd) if [[ $index == 0 && $typed != -* ]]; then found+=("$word") shown+=("$word  $text"); fi ;;
      arg)
        if [[ $typed != -* ]]; then
          if [[ $word == "$index" || ( $word == *'*' && $index -ge \${word%'*'} ) ]]; then place=$text; fi
        fi
        ;;
    esac
  done <<<"$REPLY"
  if (( \${#found} )); then compadd -l -d shown -a found; fi
  if [[ -n $place ]]; then _wasmlattice_place "$place"; fi
}

if [[ \${funcstack[1]-} == _wasmlattice ]]; then
  _wasmlattice "$@"
else
  compdef _wasmlattice wasmlattice
fi
`;
}
