" Requests of gRPC: clients/grpc-files.md of grpcline has the grammar.
if exists('b:current_syntax')
  finish
endif

syntax include @grpcJson syntax/json.vim
unlet! b:current_syntax
" Messages follow each other without a comma.
silent! syntax clear jsonMissingCommaError

syntax match grpcAddress /^\S.*$/
syntax match grpcMetadata /^\s*[A-Za-z0-9_.-]\+\s*:\ze\(\s.*\)\?$/ nextgroup=grpcValue
syntax match grpcValue /.*$/ contained contains=grpcReference
syntax match grpcMethod /^\s*\/\?[^[:space:]\/:]\+\/[^[:space:]\/]\+\s*$/ contains=grpcReference
syntax region grpcBody start=/^\s*[{[]/ end=/^\ze###/ end=/\%$/ contains=@grpcJson,grpcComment,grpcDirective,grpcReference keepend
syntax match grpcComment /^\s*\(#\|\/\/\).*$/
syntax match grpcDirective /^\s*\(#\|\/\/\)\s*@\S\+.*$/ contains=grpcReference
syntax match grpcVariable /^\s*@[A-Za-z_][A-Za-z0-9_-]*\s*=.*$/ contains=grpcReference
syntax match grpcReference /{{[^{}]*}}/ containedin=jsonString
syntax match grpcSeparator /^###.*$/

" What a line is depends on the body that it stands in, and files are short.
syntax sync fromstart

highlight default link grpcAddress Underlined
highlight default link grpcMetadata Identifier
highlight default link grpcValue String
highlight default link grpcMethod Function
highlight default link grpcComment Comment
highlight default link grpcDirective PreProc
highlight default link grpcVariable Define
highlight default link grpcReference Special
highlight default link grpcSeparator Title

let b:current_syntax = 'grpc'
