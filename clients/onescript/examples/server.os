// Сервис gRPC в скрипте: печатает адрес и отвечает на вызовы, пока не остановят.
//
// Запуск: oscript server.os

#Использовать ".."

Схема = "syntax = ""proto3""; package shop;
|message Item { string name = 1; }
|message Price { double amount = 1; }
|service Prices { rpc Get(Item) returns (Price); rpc Watch(Item) returns (stream Price); }";

Сервер = OPI_GRPC.ЗапуститьСервер(OPI_GRPC.ПолучитьПараметрыСоединения("127.0.0.1:0", Схема));
Если Не OPI_GRPC.ЭтоКоннектор(Сервер) Тогда
	ВызватьИсключение Сервер["error"];
КонецЕсли;
Сообщить(Сервер.address);

Вызов = OPI_GRPC.ПринятьВызов(Сервер);
Пока Вызов["result"] Цикл
	ID = Вызов["streamId"];
	Если Вызов["message"]["name"] <> "чай" Тогда
		OPI_GRPC.ЗавершитьВызов(Сервер, ID, , Новый Структура("code, message", "NOT_FOUND", "нет такого товара"));
	ИначеЕсли Вызов["method"] = "Get" Тогда
		OPI_GRPC.ЗавершитьВызов(Сервер, ID, Новый Структура("amount", 2.5));
	Иначе
		OPI_GRPC.ОтправитьСообщение(Сервер, ID, Новый Структура("amount", 2.5));
		OPI_GRPC.ОтправитьСообщение(Сервер, ID, Новый Структура("amount", 2.75));
		OPI_GRPC.ЗавершитьВызов(Сервер, ID);
	КонецЕсли;
	Вызов = OPI_GRPC.ПринятьВызов(Сервер);
КонецЦикла;
