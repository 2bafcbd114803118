package hosts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// clients is the folder of the packages.
const clients = "../../clients"

// engine returns the path of a program that comes with OneScript. Without it the
// test is skipped, and says so: no registry carries the engine, so most machines
// have none.
func engine(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("NOT RUN: there is no %s on the PATH; clients/onescript and clients/1c are not tested here", program)
	}
	return path
}

// run runs a program of the engine with the worker in GRPCLINE and returns what it
// prints.
func run(t *testing.T, env []string, program string, args ...string) string {
	t.Helper()
	process := exec.CommandContext(t.Context(), program, args...)
	process.Env = append(append(os.Environ(), "GRPCLINE="+worker), env...)
	printed, err := process.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, printed)
	}
	return string(printed)
}

// counts are the totals of 1testrunner: passed, failed, not implemented.
var counts = regexp.MustCompile(`пройдено: (\d+)\s+Тестов не пройдено: (\d+)\s+Тестов не реализовано [^:]*: (\d+)`)

// Every file of tests in the packages passes, in a time zone that is not UTC.
func TestOnEngine(t *testing.T) {
	runner := engine(t, "1testrunner")
	plain, secure := grpcbin(t)
	env := []string{"GRPCBIN=" + plain, "GRPCBIN_TLS=" + secure, "TZ=Europe/Moscow"}
	files, err := filepath.Glob(clients + "/*/tests/*.os")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", clients, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(filepath.Dir(filepath.Dir(file)))+"/"+filepath.Base(file), func(t *testing.T) {
			testOnEngine(t, env, runner, file)
		})
	}
}

// testOnEngine runs a file of tests, all of which have to pass.
func testOnEngine(t *testing.T, env []string, runner, file string) {
	t.Helper()
	printed := run(t, env, runner, "-run", file)
	total := counts.FindStringSubmatch(printed)
	if total == nil || total[1] == "0" || total[2] != "0" || total[3] != "0" {
		t.Error(printed)
	}
}

// Dates are written in UTC, whatever the zone of the machine: where it is east of UTC
// the first date has no UTC of its own, west of it the last has none.
func TestDatesOnEngine(t *testing.T) {
	runner := engine(t, "1testrunner")
	for _, zone := range []string{"UTC", "Asia/Kathmandu", "America/New_York"} {
		t.Run(zone, func(t *testing.T) {
			testOnEngine(t, []string{"TZ=" + zone}, runner, filepath.Join(clients, "onescript", "tests", "json.os"))
		})
	}
}

// The wire is ASCII, so a locale without Cyrillic loses nothing. What a script
// prints there is the console's affair, so the script compares for itself.
func TestOnEngineInLocaleC(t *testing.T) {
	oscript := engine(t, "oscript")
	script := filepath.Join(t.TempDir(), "c.os")
	writeScript(t, script, `#Использовать "`+absolute(t, clients+"/onescript")+`"
П = OPI_GRPC.ПолучитьПараметрыСоединения("demo:///");
П.Вставить("worker", OPI_GRPC.ПолучитьНастройкиРабочего(, "--demo"));
Р = OPI_GRPC.ВызватьМетод(П, "grpcline.demo.Demo", "SayHello", Новый Структура("name, language", "Ёж", "RUSSIAN"));
Сообщить(Р["data"]["greeting"] = "Привет, Ёж!");`)
	if got := run(t, []string{"LC_ALL=C", "LANG=C"}, oscript, script); strings.TrimSpace(got) != "True" {
		t.Errorf("in the locale C: %s", got)
	}
}

// The modules for 1C:Enterprise compile together and, on a machine that is not
// Windows, exchange files; this is their half of the platform, not the engine's.
func TestOneCModules(t *testing.T) {
	oscript := engine(t, "oscript")
	dir := t.TempDir()
	printed := run(t, nil, oscript, filepath.Join(clients, "1c", "собрать.os"), dir)
	var manifest strings.Builder
	manifest.WriteString("<package-def>\n")
	for name := range strings.FieldsSeq(printed) {
		manifest.WriteString(`<module name="` + name + `" file="CommonModules/` + name + `/Ext/Module.bsl"/>` + "\n")
	}
	manifest.WriteString("</package-def>\n")
	writeScript(t, filepath.Join(dir, "lib.config"), manifest.String())
	script := filepath.Join(dir, "run.os")
	writeScript(t, script, `#Использовать "."
П = OPI_GRPC.ПолучитьПараметрыСоединения("demo:///");
П.Вставить("worker", OPI_GRPC.ПолучитьНастройкиРабочего("`+worker+`", "--demo"));
С = OPI_GRPC.ОткрытьСоединение(П);
Р = OPI_GRPC.ВызватьМетод(С, "grpcline.demo.Demo", "SayHello", Новый Структура("name", "Ёж"));
П = OPI_GRPC.ИнициализироватьСерверныйПоток(С, "grpcline.demo.Demo", "Countdown", Новый Структура("limit", 1));
Ч = OPI_GRPC.ПолучитьСообщения(С, П["streamId"]);
OPI_GRPC.ЗакрытьСоединение(С);
Сообщить(Р["data"]["greeting"] + " " + Ч["data"][0]["value"]);`)
	if got := strings.TrimSpace(run(t, nil, oscript, script)); got != "Hello, Ёж! 1" {
		t.Errorf("the file exchange of clients/1c: %s", got)
	}
}

func writeScript(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
