set noswapfile laststatus=2 noshowmode noruler noshowcmd shortmess+=I
set termguicolors background=dark fillchars=vert:│,eob:\ 
let g:grpcline_environment = 'dev'
filetype plugin on
syntax on
highlight Normal guibg=NONE
highlight VertSplit guifg=#667084 guibg=NONE gui=NONE
highlight StatusLine guifg=#d8dee9 guibg=#3b4252 gui=NONE
highlight StatusLineNC guifg=#98a2b3 guibg=#2e3440 gui=NONE
highlight SignColumn guibg=NONE
highlight MatchParen guibg=#3b4252
highlight DiagnosticError guifg=#e06c75
highlight Title guifg=#e5c07b
highlight Identifier guifg=#56b6c2
highlight Function guifg=#61afef
highlight PreProc guifg=#c678dd
highlight Define guifg=#c678dd
highlight Constant guifg=#98c379
highlight String guifg=#98c379
highlight Special guifg=#e5c07b
highlight Statement guifg=#56b6c2 gui=NONE
highlight Label guifg=#8cc8ff gui=NONE
highlight Type guifg=#98c379 gui=NONE
highlight Underlined guifg=#d8dee9
