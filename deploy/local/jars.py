import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from deploy.local.errors import Missing
from deploy.local.process import Child

REPOSITORY = Path(__file__).parents[2]
POM = REPOSITORY / "deploy" / "kafka" / "pom.xml"
CACHE = REPOSITORY / ".local" / "kafka-jars"
FETCH_SECONDS = 600.0
OLDEST_JAVA = 17
ADVICE = (
    "Debian, Ubuntu: apt install openjdk-17-jre-headless maven. macOS: brew install openjdk@17 maven. "
    "Or leave KAFKA unset: the embedded broker needs neither"
)


async def jars(cache: Path = CACHE) -> Path:
    """The folder with everything an Apache Kafka broker runs on: fetched by Maven the first time, and after a change of the POM."""
    folder = cache / hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    if not folder.exists():
        await _fetch(folder)
    return folder


def java() -> str:
    """A Java that can run Kafka. Raises Missing with what to install."""
    found = shutil.which("java")
    if found is None:
        raise Missing(f"Apache Kafka needs Java {OLDEST_JAVA} or newer, and there is no `java` here. {ADVICE}")
    says = subprocess.run([found, "-version"], capture_output=True, text=True, check=False, timeout=30).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', says)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise Missing(f"Apache Kafka needs Java {OLDEST_JAVA} or newer, and {found} is {says.strip() or 'not Java'!r}. {ADVICE}")
    return found


async def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing(f"Apache Kafka's jars are fetched by Maven, and there is no `mvn` here. {ADVICE}")
    java()
    # Under a name of its own until it is complete: two runs may fetch at once, and one may be interrupted.
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    options = ["--batch-mode", "--quiet", f"--file={POM}", f"-DoutputDirectory={unfinished}", "-DincludeScope=runtime"]
    fetching = Child([maven, *options, "dependency:copy-dependencies"], name="fetch-kafka", folder=folder.parent)
    await fetching.start()
    await fetching.finish(within=FETCH_SECONDS)
    try:
        unfinished.rename(folder)
    except OSError:
        shutil.rmtree(unfinished)
