" Results of grpcline.
if exists('b:current_syntax')
  finish
endif

syntax include @grpclineJson syntax/json.vim
unlet! b:current_syntax

syntax match grpclineOk /\%1l^\(OK\|running\|open\|half-closed\)\>/
syntax match grpclineFailed /\%1l^\(FAILED\|[A-Z_0-9]\+ (\d\+)\)/
syntax match grpclineTitle /^\(headers\|trailers\|details\)$/
syntax match grpclineName /^  [a-z0-9_.-]\+:/
syntax match grpclineSent /^→/
syntax match grpclineReceived /^←/
syntax match grpclineProblem /^! .*$/
syntax region grpclineMessage start=/^[{["]/ start=/^\(→\|←\)\zs /rs=s+1 end=/^[}\]]$/ end=/[}\]"0-9a-z]$/ contains=@grpclineJson keepend

highlight default link grpclineOk DiagnosticHint
highlight default link grpclineFailed DiagnosticError
highlight default link grpclineTitle Title
highlight default link grpclineName Identifier
highlight default link grpclineSent Statement
highlight default link grpclineReceived Type
highlight default link grpclineProblem DiagnosticError

let b:current_syntax = 'grpcline'
