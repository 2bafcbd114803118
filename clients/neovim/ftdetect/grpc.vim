autocmd BufRead,BufNewFile *.grpc setfiletype grpc
