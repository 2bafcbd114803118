<?php
$worker = proc_open([getenv('GRPCLINE') ?: 'grpcline', '--demo'], [['pipe', 'r'], ['pipe', 'w']], $pipes);
[$in, $out] = $pipes;

function request(string $method, array $params): array {
    global $in, $out;
    fwrite($in, json_encode(['id' => 1, 'method' => $method, 'params' => $params]) . "\n");
    $answer = json_decode(fgets($out), true);
    if (isset($answer['error'])) {
        throw new RuntimeException($answer['error']['message']);
    }
    return $answer['result'];
}

$connection = request('openConnection', ['address' => 'demo:///'])['connectionId'];
$reply = request('callMethod', ['connection' => $connection, 'service' => 'grpcline.demo.Demo',
    'method' => 'SayHello', 'request' => ['name' => 'Ann']]);
echo $reply['message']['greeting'], "\n";

fclose($in); // the end of the input ends the worker
proc_close($worker);
