"""What the demo shows in a terminal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.demo.findings import Finding
from deploy.local.services import Services

CURL = """curl -s {url}/v1/contacts -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\
  -d '{{"text": "I was charged twice for the same order and nobody answers.", "channel": "chat", "customer": {{"id": "me"}}}}'"""


class Screen:
    """Steps, progress, and the table at the end."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def step(self, text: str) -> None:
        self._console.print(f"[dim]·[/] {text}")

    @contextmanager
    def progress(self, *names: str, total: int) -> Iterator[list["Bar"]]:
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console) as progress:
            yield [Bar(progress, name, total) for name in names]

    def findings(self, findings: Sequence[Finding]) -> None:
        table = Table(
            title="\nWhat gets in the way, most important first",
            title_justify="left",
            title_style="bold",
            pad_edge=False,
            box=None,
            expand=True,
        )
        table.add_column("customers", justify="right", header_style="dim")
        table.add_column("signal", header_style="dim", no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column("kind", header_style="dim")
        table.add_column("trend", header_style="dim")
        for finding in findings:
            table.add_row(str(finding.customers), f"[bold]{escape(finding.title)}[/]", finding.kind, finding.trend)
            table.add_row("", f"[dim]“{escape(' '.join(finding.quote.split()))}”[/]", "", "")
        self._console.print(table)

    def addresses(self, services: Services, link: str) -> None:
        self._console.print()
        self._console.print("[bold]Open[/]    ", end="")
        self._console.print(link, soft_wrap=True, style="underline")
        self._console.print("[bold]Send[/]    one of your own, then look for it:\n", soft_wrap=True)
        self._console.print(CURL.format(url=services.intake.url, key=services.api_key), soft_wrap=True, markup=False)
        self._console.print(
            f"curl -s {services.insights.url}/v1/contacts/<contact_id> -H 'Authorization: Bearer {services.api_key}'",
            soft_wrap=True,
            markup=False,
        )

    def failed(self, reason: str) -> None:
        self._console.print(f"[bold red]The demo failed.[/] {reason}", soft_wrap=True)


class Bar:
    """One progress bar."""

    def __init__(self, progress: Progress, name: str, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task(name, total=total)

    def more(self, count: int) -> None:
        self._progress.advance(self._task, count)

    def at(self, count: int) -> None:
        self._progress.update(self._task, completed=count)
