" Results of grpcline.
if exists('b:current_syntax')
  finish
endif

syntax include @grpclineJson syntax/json.vim
unlet! b:current_syntax

" A line for each request of all begins with a state too.
syntax match grpclineOk /^\(OK\|running\|open\|half-closed\)\ze\(  \|, \)/
syntax match grpclineOk /\%1l^\d\+ OK\ze, /
syntax match grpclineFailed /^\(FAILED\|[A-Z_0-9]\+ (\d\+)\)\ze  /
syntax match grpclineFailed /\%1l^\(\d\+ OK, \)\@<=[1-9]\d* not\ze  /
syntax match grpclineFailed /\%1l^cancelled\ze, /
syntax match grpclineTitle /^\(headers\|trailers\|details\)$/
syntax match grpclineName /^  [a-z0-9_.-]\+:/
syntax match grpclineSent /^→/
syntax match grpclineReceived /^←/
syntax match grpclineProblem /^! .*$/
" A message on one line, and one over several.
syntax match grpclineMessage /^[{["].\+$/ contains=@grpclineJson
syntax match grpclineMessage /\(^→\|^←\)\@<= .\{2,}$/ contains=@grpclineJson
syntax region grpclineMessage start=/^[{[]$/ start=/\(^→\|^←\)\@<= [{[]$/ end=/^[}\]]$/ contains=@grpclineJson keepend

" A message begins at most so many lines above what is seen of it.
syntax sync minlines=200

highlight default link grpclineOk DiagnosticHint
highlight default link grpclineFailed DiagnosticError
highlight default link grpclineTitle Title
highlight default link grpclineName Identifier
highlight default link grpclineSent Statement
highlight default link grpclineReceived Type
highlight default link grpclineProblem DiagnosticError

let b:current_syntax = 'grpcline'
