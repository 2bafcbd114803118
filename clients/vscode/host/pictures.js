// Takes the README's pictures into images/: node pictures.js, with GRPCLINE set. They
// are stored with a palette of 128 colours.
import { Workbench } from "./workbench.js";

const requests = `@who = Ada
# @auth bearer {{token}}

### hello
{{host}}
x-tenant: north
grpcline.demo.Demo/SayHello

{
  "name": "{{who}}",
  "language": "RUSSIAN"
}

### Its answer is used again
{{host}}
grpcline.demo.Demo/Fail

{"code": 5, "message": "no book for: {{hello.response.greeting}}"}

### Talk
# @keep-open
{{host}}
grpcline.demo.Demo/Chat

{"from": "Ada", "text": "hi"}
`;

const beside = {
  "grpcline.env.json": '{\n  "dev": { "host": "demo:///", "token": "{{$env USER}}" },\n  "prod": { "host": "https://books.example" }\n}\n',
  ".vscode/settings.json": JSON.stringify({
    "editor.minimap.enabled": false,
    "editor.fontSize": 14,
    "workbench.activityBar.location": "hidden",
    "workbench.colorTheme": "Default Dark Modern",
    "workbench.sideBar.location": "right",
    "window.commandCenter": false,
    "workbench.layoutControl.enabled": false,
    "breadcrumbs.enabled": false,
    "editor.rulers": [],
  }),
};

process.env.USER ??= "ada";
const it = await Workbench.open("library.grpc", requests, beside);
const picture = (name) =>
  it.page.screenshot({ path: new URL(`../images/${name}.png`, import.meta.url).pathname, clip: { x: 0, y: 0, width: 1280, height: 640 } });
try {
  await it.page.setViewportSize({ width: 1280, height: 640 });
  await it.editor(0).locator(".codelens-decoration a").first().waitFor();
  await it.command("View: Toggle Primary Side Bar Visibility");
  await it.command("gRPC: Choose environment");
  await it.choose("dev");
  await it.clickLens(0, "Run");
  await it.shows(1, "greeting");
  await it.part(0, "language").hover();
  await it.page.locator(".monaco-hover", { hasText: "Language" }).first().waitFor();
  await picture("call");
  await it.page.mouse.move(5, 5);
  await it.clickLens(0, "Run", 3);
  await it.shows(1, "You said: hi");
  await it.clickLens(1, "Send…");
  await it.answer('{"from": "Ada", "text": "What is new?"}');
  await it.shows(1, "What is new?");
  await picture("stream");
  await it.clickLens(0, "Cancel");
  await it.clickLens(0, "Run all");
  await it.shows(1, "1 not");
  await it.editor(0).locator(".codelens-decoration a", { hasText: "Cancel" }).waitFor({ state: "detached" });
  await picture("all");
  await it.command("gRPC: Show an earlier result");
  await it.page.locator(".quick-input-widget .monaco-list-row", { hasText: "NOT_FOUND" }).waitFor();
  await picture("history");
} catch (err) {
  await it.page.screenshot({ path: "failed.png" });
  throw err;
} finally {
  await it.close();
}
