import type { Run } from "./run";
import { failed } from "./result";

/** A request that *run all* came to: the run of it, or why there is none. */
interface Step {
  title: string;
  outcome: Run | string;
}

/** The requests of a file, run one after the other in their order. */
export class RunAll {
  private readonly steps: Step[] = [];
  private readonly started = performance.now();
  private current: Run | undefined;
  private end: { ms: number } | undefined;
  private isCancelled = false;

  /**
   * @param name of the file
   * @param titles of the requests there are
   * @param begin runs a request by its place, or throws why it cannot be run; the run may not have ended
   * @param onChange called whenever the text has changed
   */
  constructor(
    private readonly name: string,
    private readonly titles: readonly string[],
    private readonly begin: (place: number) => { run: Run; ended: Promise<void> },
    private readonly onChange: () => void,
  ) {}

  get isRunning(): boolean {
    return this.end === undefined;
  }

  /** What it looks like. */
  get text(): string {
    return [this.head(), "", ...this.steps.flatMap(lines)].join("\n");
  }

  async start(): Promise<void> {
    for (const [place, title] of this.titles.entries()) {
      if (this.isCancelled) break;
      try {
        const { run, ended } = this.begin(place);
        this.current = run;
        await ended;
        this.steps.push({ title, outcome: run });
      } catch (err) {
        this.steps.push({ title, outcome: (err as Error).message });
      }
      this.onChange();
    }
    this.end = { ms: Math.floor(performance.now() - this.started) };
    this.onChange();
  }

  /** Cancels the request that runs and begins no other. */
  cancel(): void {
    this.isCancelled = true;
    this.current?.cancel();
  }

  private head(): string {
    const ended = this.steps.length;
    const all = this.titles.length;
    if (!this.end) return `running, ${ended} of ${all}  ${this.name}`;
    const ms = `${this.end.ms} ms`;
    if (ended < all) return `cancelled, ${ended} of ${all}  ${this.name}  ${ms}`;
    const ok = this.steps.filter(({ outcome }) => typeof outcome !== "string" && outcome.result.state === "OK").length;
    return `${ok} OK, ${all - ok} not  ${this.name}  ${ms}`;
  }
}

function lines({ title, outcome }: Step): string[] {
  if (typeof outcome === "string") return [`${failed}  ${title}`, ...indented(outcome)];
  const { state, ms, message = "" } = outcome.result;
  return [`${state}  ${title}  ${ms} ms`, ...(state === "OK" ? [] : indented(message))];
}

function indented(text: string): string[] {
  return text.split("\n").filter(Boolean).map((line) => `  ${line}`);
}
