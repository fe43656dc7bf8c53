import { type CompletionRow, rowText } from './completion-table.js';

/** For fish 3. What is typed is compared and never evaluated. */
export function fishScript(rows: readonly CompletionRow[]): string {
  return `# Completion of wasmlattice for fish: put this into ~/.config/fish/config.fish
#   wasmlattice completion fish | source

set -g __wasmlattice_table \\
${rows.map((row) => `  ${quote(rowText(row))}`).join(' \\\n')}

# Tells what may stand at a place: words that are known, what the lattice knows, or files.
function __wasmlattice_place
  set -l place $argv[1]
  set -l tokens $argv[2..-1]
  switch $place
    case @none
    case @file
      __fish_complete_path (commandline -ct)
    case '@*'
      set -l flags
      for at in (seq (count $tokens))
        if contains -- $tokens[$at] --lattice --nats-url --ctl-host --ctl-port --ctl-creds --ctl-inbox-prefix --ctl-topic-prefix
          set -a flags $tokens[$at] $tokens[(math $at + 1)]
        end
      end
      command wasmlattice complete-words (string sub -s 2 -- $place) $flags 2>/dev/null </dev/null
    case '*'
      string split ' ' -- $place
  end
end

function __wasmlattice_complete
  set -l tokens (commandline -opc)
  set -l typed (commandline -ct)
  set -l path /
  set -l index 0
  set -l before $tokens[-1]
  set -l skip 0
  for word in $tokens[2..-1]
    if test $skip = 1
      set skip 0
    else if string match -q -- '-*' $word
      if __wasmlattice_has val $path $word
        set skip 1
      end
    else if __wasmlattice_has cmd $path $word
      set path (string trim -r -c / -- $path)/$word
      set index 0
    else
      set index (math $index + 1)
    end
  end
  set -l prefix ''
  if string match -q -- '--*=*' $typed
    set before (string split -m 1 = -- $typed)[1]
    set prefix $before=
    set skip 1
  end
  for row in $__wasmlattice_table
    set -l cells (string split -m 3 '|' -- $row)
    test "$cells[2]" = "$path" -o "$cells[2]" = '*'; or continue
    switch $cells[1]
      case val
        if test $skip = 1 -a "$cells[3]" = "$before"
          for word in (__wasmlattice_place "$cells[4]" $tokens)
            echo $prefix$word
          end
          return
        end
      case opt
        if test $skip = 0; and string match -q -- '-*' $typed
          printf '%s\\t%s\\n' $cells[3] $cells[4]
        end
      case cmd
        if test $skip = 0 -a $index = 0; and not string match -q -- '-*' $typed
          printf '%s\\t%s\\n' $cells[3] $cells[4]
        end
      case arg
        if test $skip = 0; and not string match -q -- '-*' $typed
          set -l number (string trim -r -c '*' -- $cells[3])
          if test $number = $index; or test $number != $cells[3] -a $index -ge $number
            __wasmlattice_place "$cells[4]" $tokens
          end
        end
    end
  end
end

# Whether the command of that path has a command, or a flag with a value, of that name.
function __wasmlattice_has
  for row in $__wasmlattice_table
    set -l cells (string split -m 3 '|' -- $row)
    if test "$cells[1]" = $argv[1] -a "$cells[3]" = "$argv[3]"
      if test "$cells[2]" = "$argv[2]" -o "$cells[2]" = '*'
        return 0
      end
    end
  end
  return 1
end

complete -c wasmlattice -f -a '(__wasmlattice_complete)'
`;
}

/** Within single quotes fish knows two escapes. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
