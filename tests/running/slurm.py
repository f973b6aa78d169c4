"""A real Slurm of one machine, for tests: munge, its controller and its node, in a folder of their own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol")
#: Where Slurm looks: of its own variables for other places, jobs are given none.
SETTINGS = Path("/etc/slurm/slurm.conf")
CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
MinJobAge=300
SlurmctldPort={port}
SlurmdPort={next}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=7000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> list[str]:
    """The programs of Slurm that this machine lacks."""
    os.environ["PATH"] += os.pathsep + "/usr/sbin"
    return [name for name in NEEDED if shutil.which(name) is None]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[None]:
    """Slurm at work, until the end of the block."""
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    folder.chmod(0o755)
    host = os.uname().nodename.split(".")[0]
    about = {"host": host, "folder": folder, "cores": os.cpu_count(), "port": 16817, "next": 16818}
    assert not SETTINGS.exists(), "this machine is in a cluster already"
    SETTINGS.parent.mkdir(exist_ok=True)
    SETTINGS.write_text(CONFIG.format(**about))
    munge = ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/munge.socket"]
    munge += [
        f"--pid-file={folder}/munge.pid",
        f"--log-file={folder}/munge.log",
        f"--seed-file={folder}/seed",
    ]
    with contextlib.ExitStack() as stack:
        stack.callback(SETTINGS.unlink)
        for command in (munge, ["slurmctld", "-D"], ["slurmd", "-D"]):
            said = stack.enter_context((folder / f"{command[0]}.txt").open("w"))
            process = subprocess.Popen(command, stdout=said, stderr=said)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            time.sleep(1)
        until = time.monotonic() + 30
        while (
            "idle" not in subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True).stdout
        ):
            assert time.monotonic() < until, "Slurm did not start"
            time.sleep(0.5)
        yield
