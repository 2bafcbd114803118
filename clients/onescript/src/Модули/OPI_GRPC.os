// gRPC через рабочий процесс grpcline.
//
// Имена функций, параметры и результаты - как в одноимённом модуле OpenIntegrations;
// чем они отличаются, сказано в docs/compatibility.md. Соединение в параметрах -
// открытое соединение или, где не сказано иное, параметры соединения: тогда оно
// открывается на один вызов. Таймаут - миллисекунды, 0 - без ограничения. Tls важен
// только при открытии. Результат - Соответствие: result, error и то, что названо.

#Область Соединение

// ПолучитьПараметрыСоединения возвращает Структуру: address, proto, metadata. Proto -
// соответствие "имя файла -> схема" или одна схема; схема - текст, путь или URL; без
// неё схема берётся у сервера (reflection). Любой параметр openConnection из
// protocol.md можно добавить: timeoutMs, descriptorSet, keepalive...
Функция ПолучитьПараметрыСоединения(Знач Адрес, Знач Proto = Неопределено, Знач Метаданные = Неопределено) Экспорт

	Параметры = Новый Структура("address", Строка(Адрес));
	Если ЗначениеЗаполнено(Метаданные) Тогда
		Параметры.Вставить("metadata", OPI_GRPC_Параметры.КакСоответствие(Метаданные));
	КонецЕсли;
	Если ЗначениеЗаполнено(Proto) Тогда
		Параметры.Вставить("proto", OPI_GRPC_Параметры.Схемы(Proto));
	КонецЕсли;

	Возврат Параметры;

КонецФункции

// ПолучитьНастройкиTls возвращает Структуру. ПутьКСертификату - PEM-файл корневых
// сертификатов; без него - системные.
Функция ПолучитьНастройкиTls(Знач ОтключитьПроверкуСертификатов, Знач ПутьКСертификату = "") Экспорт
	Возврат Новый Структура("use_tls, accept_invalid_certs, ca_cert_path",
		Истина, OPI_GRPC_Параметры.КакБулево(ОтключитьПроверкуСертификатов), Строка(ПутьКСертификату));
КонецФункции

// ПолучитьНастройкиРабочего возвращает Структуру для поля worker параметров
// соединения. Путь - к программе grpcline; без него - GRPCLINE, затем PATH. Аргументы -
// её флаги. Обмен - "pipes" (каналы) или "files" (файлы, вся беседа при закрытии).
Функция ПолучитьНастройкиРабочего(Знач Путь = "", Знач Аргументы = "", Знач Обмен = "") Экспорт
	Возврат Новый Структура("path, arguments, exchange", Путь, Аргументы, Обмен);
КонецФункции

// ПолучитьНастройкиЛогирования возвращает Структуру для ОткрытьСоединение.
Функция ПолучитьНастройкиЛогирования(Знач ЗаписьВПамять = Истина, Знач МаксимумСобытий = 300, Знач ПутьКФайлу = "") Экспорт

	Режим = "memory";
	Если ЗначениеЗаполнено(ПутьКФайлу) Тогда
		Режим = ?(ЗаписьВПамять, "both", "file");
	КонецЕсли;

	Возврат Новый Структура("mode, max_entries, file_path", Режим, МаксимумСобытий, ПутьКФайлу);

КонецФункции

// ОткрытьСоединение возвращает соединение, а при неудаче - Соответствие с error:
// различает их ЭтоКоннектор.
Функция ОткрытьСоединение(Знач Параметры, Знач Tls = Неопределено, Знач Логирование = Неопределено) Экспорт
	Возврат OPI_GRPC_Соединение.Открыть(Параметры, Tls, Логирование);
КонецФункции

// ЗакрытьСоединение закрывает соединение с его потоками. При обмене файлами здесь
// выполняется всё накопленное и заполняются результаты.
Функция ЗакрытьСоединение(Знач Соединение) Экспорт

	Если OPI_GRPC_Ответы.ЭтоОтказ(Соединение) Тогда
		Возврат Новый Структура("result, error", Ложь, Соединение["error"]);
	ИначеЕсли Не OPI_GRPC_Соединение.ЭтоСоединение(Соединение) Тогда
		Возврат Новый Структура("result, error", Ложь, "Это не соединение");
	КонецЕсли;

	Возврат OPI_GRPC_Соединение.Закрыть(Соединение);

КонецФункции

// ЭтоКоннектор - Истина для того, что открыла ОткрытьСоединение, пока жив рабочий
// процесс.
Функция ЭтоКоннектор(Знач Значение) Экспорт
	Возврат OPI_GRPC_Соединение.ЭтоОткрытое(Значение);
КонецФункции

// УстановитьМетаданные заменяет метаданные открытого соединения для следующих вызовов.
Функция УстановитьМетаданные(Знач Соединение, Знач Метаданные) Экспорт

	Если Не OPI_GRPC_Соединение.ЭтоСоединение(Соединение) Тогда
		Возврат OPI_GRPC_Ответы.ОтказВместо(Соединение, "Здесь нужно открытое соединение");
	КонецЕсли;
	Поля = OPI_GRPC_Потоки.Поле("metadata", OPI_GRPC_Параметры.КакСоответствие(Метаданные));

	Возврат OPI_GRPC_Соединение.Запросить(Соединение, "setMetadata", "Готово", Поля);

КонецФункции

// ПолучитьЛог возвращает последние события: Соответствие с logs, total, returned или
// строку. 0 событий - без ограничения.
Функция ПолучитьЛог(Знач Соединение, Знач КакСтрока = Ложь, Знач ЧислоСобытий = 100) Экспорт

	Если Не OPI_GRPC_Соединение.ЭтоСоединение(Соединение) Тогда
		Возврат OPI_GRPC_Ответы.ОтказВместо(Соединение, "Здесь нужно открытое соединение");
	КонецЕсли;

	Возврат OPI_GRPC_Соединение.ПоследниеСобытия(Соединение, КакСтрока, ЧислоСобытий);

КонецФункции

#КонецОбласти

#Область Вызовы

// ВызватьМетод делает унарный вызов: data - ответ. Запрос - Структура, Соответствие,
// текст JSON или путь к нему.
Функция ВызватьМетод(Знач Соединение, Знач Сервис, Знач Метод, Знач Запрос = Неопределено, Знач Таймаут = 10000, Знач Tls = Неопределено) Экспорт

	Поля = OPI_GRPC_Вызовы.Поля(Сервис, Метод, Таймаут, "request", Запрос);

	Возврат OPI_GRPC_Вызовы.Вызвать(Соединение, Tls, "callMethod", "Вызов", Поля, OPI_GRPC_Вызовы.Ключ(Сервис, Метод));

КонецФункции

// ОбработатьСерверныйПоток возвращает data - массив сообщений. Если поток кончился
// раньше ЧислаСообщений (или оно не задано), result - Ложь, а error - "Closed".
Функция ОбработатьСерверныйПоток(Знач Соединение, Знач Сервис, Знач Метод, Знач Запрос, Знач Таймаут = 10000, Знач Tls = Неопределено, Знач ЧислоСообщений = Неопределено) Экспорт
	Возврат OPI_GRPC_Вызовы.Серверный(Соединение, Сервис, Метод, Запрос, Таймаут, Tls, ЧислоСообщений);
КонецФункции

// ОбработатьКлиентскийПоток отправляет массив (или одно) и возвращает message,
// messages_sent, finish_sending.
Функция ОбработатьКлиентскийПоток(Знач Соединение, Знач Сервис, Знач Метод, Знач Запросы, Знач Таймаут = 10000, Знач Tls = Неопределено) Экспорт
	Возврат OPI_GRPC_Вызовы.Клиентский(Соединение, Сервис, Метод, Запросы, Таймаут, Tls);
КонецФункции

// ОбработатьДвунаправленныйПоток: в ПорядкеОбмена сообщения для отправки и
// Неопределено там, где надо получить. Возвращает data, finish_sending, final_retrieval.
Функция ОбработатьДвунаправленныйПоток(Знач Соединение, Знач Сервис, Знач Метод, Знач ПорядокОбмена, Знач Таймаут = 10000, Знач Tls = Неопределено, Знач ПродолжатьПолучение = Истина) Экспорт
	Возврат OPI_GRPC_Вызовы.Двунаправленный(Соединение, Сервис, Метод, ПорядокОбмена, Таймаут, Tls, ПродолжатьПолучение);
КонецФункции

// ПолучитьСписокСервисов возвращает data - массив полных имён.
Функция ПолучитьСписокСервисов(Знач Соединение, Знач Tls = Неопределено) Экспорт
	Возврат OPI_GRPC_Вызовы.Вызвать(Соединение, Tls, "getServiceList", "Сервисы", Новый Соответствие);
КонецФункции

// ПолучитьСписокМетодов возвращает data - массив имён; в methods - виды и типы.
Функция ПолучитьСписокМетодов(Знач Соединение, Знач Сервис, Знач Tls = Неопределено) Экспорт
	Возврат OPI_GRPC_Вызовы.Вызвать(Соединение, Tls, "getMethodList", "Методы", OPI_GRPC_Потоки.Поле("service", Строка(Сервис)));
КонецФункции

// ПолучитьМетод возвращает data: request_type, response_type, request_schema,
// response_schema, is_client_streaming, is_server_streaming; рядом - JSON Schema и
// requestTemplate, запрос-образец.
Функция ПолучитьМетод(Знач Соединение, Знач Сервис, Знач Метод, Знач Tls = Неопределено) Экспорт
	Возврат OPI_GRPC_Вызовы.Вызвать(Соединение, Tls, "getMethod", "Метод", OPI_GRPC_Вызовы.Поля(Сервис, Метод, Неопределено));
КонецФункции

// ПолучитьПрото возвращает схему соединения (или то, что нужно символу): data -
// Соответствие "имя файла -> текст proto", descriptorSet - ДвоичныеДанные.
Функция ПолучитьПрото(Знач Соединение, Знач Символ = "", Знач Tls = Неопределено) Экспорт

	Поля = Новый Соответствие;
	Если ЗначениеЗаполнено(Символ) Тогда
		Поля.Вставить("symbol", Строка(Символ));
	КонецЕсли;

	Возврат OPI_GRPC_Вызовы.Вызвать(Соединение, Tls, "getProto", "Прото", Поля);

КонецФункции

// ПроверитьЗдоровье спрашивает grpc.health.v1: status - "SERVING" и другие.
Функция ПроверитьЗдоровье(Знач Соединение, Знач Сервис = "", Знач Tls = Неопределено) Экспорт
	Возврат OPI_GRPC_Вызовы.Вызвать(Соединение, Tls, "checkHealth", "Готово", OPI_GRPC_Потоки.Поле("service", Строка(Сервис)));
КонецФункции

#КонецОбласти

#Область Потоки

// ИнициализироватьСерверныйПоток и две следующие возвращают streamId. Таймаут
// ограничивает каждую операцию потока, а не весь поток.
Функция ИнициализироватьСерверныйПоток(Знач Соединение, Знач Сервис, Знач Метод, Знач Запрос, Знач Таймаут = 10000) Экспорт
	Возврат OPI_GRPC_Потоки.Открыть(Соединение, "initServerStream", Сервис, Метод, Таймаут, Запрос);
КонецФункции

// ИнициализироватьКлиентскийПоток возвращает streamId.
Функция ИнициализироватьКлиентскийПоток(Знач Соединение, Знач Сервис, Знач Метод, Знач Таймаут = 10000) Экспорт
	Возврат OPI_GRPC_Потоки.Открыть(Соединение, "initClientStream", Сервис, Метод, Таймаут);
КонецФункции

// ИнициализироватьДвунаправленныйПоток возвращает streamId.
Функция ИнициализироватьДвунаправленныйПоток(Знач Соединение, Знач Сервис, Знач Метод, Знач Таймаут = 10000) Экспорт
	Возврат OPI_GRPC_Потоки.Открыть(Соединение, "initBidiStream", Сервис, Метод, Таймаут);
КонецФункции

// ОтправитьСообщение отвечает, когда сообщение принято транспортом.
Функция ОтправитьСообщение(Знач Соединение, Знач IDПотока, Знач Запрос) Экспорт
	Возврат OPI_GRPC_Потоки.Запросить(Соединение, "sendMessage", IDПотока, "Готово", OPI_GRPC_Потоки.Поле("message", Запрос));
КонецФункции

// ОтправитьСообщения отправляет массив за один обмен: sent - сколько отправлено.
Функция ОтправитьСообщения(Знач Соединение, Знач IDПотока, Знач Запросы) Экспорт
	Возврат OPI_GRPC_Потоки.Запросить(Соединение, "sendMessages", IDПотока, "Готово", OPI_GRPC_Потоки.Поле("messages", Запросы));
КонецФункции

// ПолучитьСообщение возвращает message. Конец потока - error "Closed", ничего за
// таймаут - "Timeout" (поток цел, можно спросить снова).
Функция ПолучитьСообщение(Знач Соединение, Знач IDПотока, Знач Таймаут = Неопределено) Экспорт
	Возврат OPI_GRPC_Потоки.Запросить(Соединение, "getMessage", IDПотока, "Сообщение", OPI_GRPC_Потоки.Поле("timeoutMs", Таймаут));
КонецФункции

// ПолучитьСообщения ждёт одного и забирает всё, что пришло: data - массив, done -
// Истина, если поток кончился.
Функция ПолучитьСообщения(Знач Соединение, Знач IDПотока, Знач Максимум = 100, Знач Таймаут = Неопределено) Экспорт

	Поля = OPI_GRPC_Потоки.Поле("timeoutMs", Таймаут);
	Поля.Вставить("max", Максимум);

	Возврат OPI_GRPC_Потоки.Запросить(Соединение, "getMessages", IDПотока, "Сообщения", Поля);

КонецФункции

// ЗавершитьОтправку говорит серверу, что сообщений больше не будет.
Функция ЗавершитьОтправку(Знач Соединение, Знач IDПотока) Экспорт
	Возврат OPI_GRPC_Потоки.Запросить(Соединение, "completeSend", IDПотока);
КонецФункции

// ОтменитьПоток отменяет вызов на сервере; полученное раньше ещё можно прочитать.
Функция ОтменитьПоток(Знач Соединение, Знач IDПотока) Экспорт
	Возврат OPI_GRPC_Потоки.Запросить(Соединение, "cancelStream", IDПотока);
КонецФункции

// ЗакрытьПоток прерывает вызов, если он ещё идёт, и освобождает IDПотока.
Функция ЗакрытьПоток(Знач Соединение, Знач IDПотока) Экспорт
	Возврат OPI_GRPC_Потоки.Запросить(Соединение, "closeStream", IDПотока);
КонецФункции

#КонецОбласти

#Область Сервер

// ЗапуститьСервер возвращает сервер (address - где он слушает, services), а при неудаче -
// Соответствие с error: различает их ЭтоКоннектор. Параметры - как у соединения: address
// "узел:порт" и proto; можно добавить любой параметр startServer из protocol.md.
Функция ЗапуститьСервер(Знач Параметры, Знач Tls = Неопределено) Экспорт
	Возврат OPI_GRPC_Сервер.Запустить(Параметры, Tls);
КонецФункции

// ПринятьВызов ждёт следующего вызова: streamId, service, method, kind, metadata, peer и
// message, если запрос один. С сервером вместо соединения для streamId годятся
// ПолучитьСообщение, ОтправитьСообщение и другие функции потоков.
Функция ПринятьВызов(Знач Сервер, Знач Таймаут = Неопределено) Экспорт
	Возврат OPI_GRPC_Сервер.Запросить(Сервер, "acceptCall", OPI_GRPC_Потоки.Поле("timeoutMs", Таймаут));
КонецФункции

// ОтправитьЗаголовки отправляет заголовки раньше первого сообщения.
Функция ОтправитьЗаголовки(Знач Сервер, Знач IDПотока, Знач Метаданные) Экспорт
	Возврат OPI_GRPC_Потоки.Запросить(Сервер, "sendHeaders", IDПотока, "Готово", OPI_GRPC_Потоки.Поле("metadata", Метаданные));
КонецФункции

// ЗавершитьВызов отвечает на вызов. Сообщение - если ответ один; Статус - Структура code,
// message, details, без него OK; Окончание - метаданные после ответа (trailers).
Функция ЗавершитьВызов(Знач Сервер, Знач IDПотока, Знач Сообщение = Неопределено, Знач Статус = Неопределено, Знач Окончание = Неопределено) Экспорт

	Поля = OPI_GRPC_Потоки.Поле("message", Сообщение);
	Если Статус <> Неопределено Тогда
		Поля.Вставить("status", Статус);
	КонецЕсли;
	Если Окончание <> Неопределено Тогда
		Поля.Вставить("trailers", Окончание);
	КонецЕсли;

	Возврат OPI_GRPC_Потоки.Запросить(Сервер, "finishCall", IDПотока, "Готово", Поля);

КонецФункции

// ОстановитьСервер больше не принимает вызовов и ждёт тех, что идут, не дольше Ожидание
// (мс): callsEnded - сколько прервано.
Функция ОстановитьСервер(Знач Сервер, Знач Ожидание = 10000) Экспорт
	Возврат OPI_GRPC_Сервер.Остановить(Сервер, Ожидание);
КонецФункции

#КонецОбласти

#Область English

Function GetConnectionParameters(Val Address, Val Proto = Undefined, Val Metadata = Undefined) Export
	Return ПолучитьПараметрыСоединения(Address, Proto, Metadata);
EndFunction
Function GetTlsSettings(Val DisableCertVerification, Val CertFilepath = "") Export
	Return ПолучитьНастройкиTls(DisableCertVerification, CertFilepath);
EndFunction
Function GetWorkerSettings(Val Path = "", Val Arguments = "", Val Exchange = "") Export
	Return ПолучитьНастройкиРабочего(Path, Arguments, Exchange);
EndFunction
Function GetLoggingSettings(Val WriteToMemory = True, Val MaxEvents = 300, Val FilePath = "") Export
	Return ПолучитьНастройкиЛогирования(WriteToMemory, MaxEvents, FilePath);
EndFunction
Function CreateConnection(Val Parameters, Val Tls = Undefined, Val Logging = Undefined) Export
	Return ОткрытьСоединение(Parameters, Tls, Logging);
EndFunction
Function CloseConnection(Val Connection) Export
	Return ЗакрытьСоединение(Connection);
EndFunction
Function IsConnector(Val Value) Export
	Return ЭтоКоннектор(Value);
EndFunction
Function SetMetadata(Val Connection, Val Metadata) Export
	Return УстановитьМетаданные(Connection, Metadata);
EndFunction
Function GetLog(Val Connection, Val AsString = False, Val EventCount = 100) Export
	Return ПолучитьЛог(Connection, AsString, EventCount);
EndFunction
Function ExecuteMethod(Val Connection, Val Service, Val Method, Val Request = Undefined, Val Timeout = 10000, Val Tls = Undefined) Export
	Return ВызватьМетод(Connection, Service, Method, Request, Timeout, Tls);
EndFunction
Function ProcessServerStream(Val Connection, Val Service, Val Method, Val Request, Val Timeout = 10000, Val Tls = Undefined, Val MessageCount = Undefined) Export
	Return ОбработатьСерверныйПоток(Connection, Service, Method, Request, Timeout, Tls, MessageCount);
EndFunction
Function ProcessClientStream(Val Connection, Val Service, Val Method, Val Requests, Val Timeout = 10000, Val Tls = Undefined) Export
	Return ОбработатьКлиентскийПоток(Connection, Service, Method, Requests, Timeout, Tls);
EndFunction
Function ProcessBidirectionalStream(Val Connection, Val Service, Val Method, Val ExchangeOrder, Val Timeout = 10000, Val Tls = Undefined, Val ContinueReceiving = True) Export
	Return ОбработатьДвунаправленныйПоток(Connection, Service, Method, ExchangeOrder, Timeout, Tls, ContinueReceiving);
EndFunction
Function GetServiceList(Val Connection, Val Tls = Undefined) Export
	Return ПолучитьСписокСервисов(Connection, Tls);
EndFunction
Function GetMethodList(Val Connection, Val Service, Val Tls = Undefined) Export
	Return ПолучитьСписокМетодов(Connection, Service, Tls);
EndFunction
Function GetMethod(Val Connection, Val Service, Val Method, Val Tls = Undefined) Export
	Return ПолучитьМетод(Connection, Service, Method, Tls);
EndFunction
Function GetProto(Val Connection, Val Symbol = "", Val Tls = Undefined) Export
	Return ПолучитьПрото(Connection, Symbol, Tls);
EndFunction
Function CheckHealth(Val Connection, Val Service = "", Val Tls = Undefined) Export
	Return ПроверитьЗдоровье(Connection, Service, Tls);
EndFunction
Function InitializeServerStream(Val Connection, Val Service, Val Method, Val Request, Val Timeout = 10000) Export
	Return ИнициализироватьСерверныйПоток(Connection, Service, Method, Request, Timeout);
EndFunction
Function InitializeClientStream(Val Connection, Val Service, Val Method, Val Timeout = 10000) Export
	Return ИнициализироватьКлиентскийПоток(Connection, Service, Method, Timeout);
EndFunction
Function InitializeBidirectionalStream(Val Connection, Val Service, Val Method, Val Timeout = 10000) Export
	Return ИнициализироватьДвунаправленныйПоток(Connection, Service, Method, Timeout);
EndFunction
Function SendMessage(Val Connection, Val StreamID, Val Request) Export
	Return ОтправитьСообщение(Connection, StreamID, Request);
EndFunction
Function SendMessages(Val Connection, Val StreamID, Val Requests) Export
	Return ОтправитьСообщения(Connection, StreamID, Requests);
EndFunction
Function GetMessage(Val Connection, Val StreamID, Val Timeout = Undefined) Export
	Return ПолучитьСообщение(Connection, StreamID, Timeout);
EndFunction
Function GetMessages(Val Connection, Val StreamID, Val Max = 100, Val Timeout = Undefined) Export
	Return ПолучитьСообщения(Connection, StreamID, Max, Timeout);
EndFunction
Function CompleteSend(Val Connection, Val StreamID) Export
	Return ЗавершитьОтправку(Connection, StreamID);
EndFunction
Function CancelStream(Val Connection, Val StreamID) Export
	Return ОтменитьПоток(Connection, StreamID);
EndFunction
Function CloseStream(Val Connection, Val StreamID) Export
	Return ЗакрытьПоток(Connection, StreamID);
EndFunction
Function StartServer(Val Parameters, Val Tls = Undefined) Export
	Return ЗапуститьСервер(Parameters, Tls);
EndFunction
Function AcceptCall(Val Server, Val Timeout = Undefined) Export
	Return ПринятьВызов(Server, Timeout);
EndFunction
Function SendHeaders(Val Server, Val StreamID, Val Metadata) Export
	Return ОтправитьЗаголовки(Server, StreamID, Metadata);
EndFunction
Function FinishCall(Val Server, Val StreamID, Val Message = Undefined, Val Status = Undefined, Val Trailers = Undefined) Export
	Return ЗавершитьВызов(Server, StreamID, Message, Status, Trailers);
EndFunction
Function StopServer(Val Server, Val Grace = 10000) Export
	Return ОстановитьСервер(Server, Grace);
EndFunction

#КонецОбласти
