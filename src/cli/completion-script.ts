/**
 * What `shrink completion` prints. bash: `shrink completion >> ~/.bashrc`; zsh: the same with ~/.zshrc, behind compinit, or as
 * a file `_shrink` in a folder of `fpath`. Both ask with the line as it is up to the cursor; where nothing is known, the shell
 * completes files.
 */
export const completionScript: string = `#compdef shrink
# Completion of shrink for bash and zsh: shrink completion >> ~/.bashrc, or ~/.zshrc (behind compinit)
if [ -n "$ZSH_VERSION" ]; then
  _shrink() {
    local -a found
    found=(\${(f)"$(shrink --complete "\${(j: :)words[1,CURRENT]}" 2>/dev/null)"})
    if (( \${#found} )); then compadd -- $found; else _files; fi
  }
  if [ "\${funcstack[1]}" = _shrink ]; then _shrink "$@"; else compdef _shrink shrink; fi
else
  _shrink() {
    local line="\${COMP_LINE:0:COMP_POINT}" IFS=$'\\n'
    local current="\${line##*[[:space:]]}"
    COMPREPLY=($(shrink --complete "$line" 2>/dev/null))
    # bash puts what is found in place of what follows the last = : or @
    local breaks="[=\${COMP_WORDBREAKS//[^:@]/}]"
    COMPREPLY=("\${COMPREPLY[@]#"\${current%"\${current##*$breaks}"}"}")
  }
  complete -o bashdefault -o default -F _shrink shrink
fi
`
