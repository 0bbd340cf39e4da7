"""A real Slurm on this host: its own munged, slurmctld and a few slurmd, all in one temporary folder.

    with Slurm() as slurm:
        job = slurm.command("sbatch", "--parsable", "script").strip()
        slurm.wait_for(lambda: not slurm.jobs(job), 60)

Nothing of it outlives the block, or the process: all that belongs to it is found by the folder's
name, and a guardian does so where the process is killed.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAMS = [
    "munged", "slurmctld", "slurmd", "slurmstepd", "sbatch", "squeue", "scontrol", "sinfo"]
# What daemons lie in is not in the PATH of every user.
SEARCHED = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])

# No cgroups and no accounting. A requeued job waits for cred_expire seconds (no fewer than 5) before
# it starts again; KillWait is the time between SIGTERM and SIGKILL.
CONFIGURATION = """\
ClusterName=cmkt
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire={requeue_wait}
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/nodes/%n
SlurmdPidFile={folder}/nodes/%n/slurmd.pid
SlurmdLogFile={folder}/nodes/%n/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=0
SlurmdParameters=config_overrides
JobRequeue=1
ReturnToService=0
KillWait={kill_wait}
MinJobAge=3600
SlurmctldTimeout=60
SlurmdTimeout=300
"""


def missing():
    """Why Slurm cannot run here, or nothing."""
    absent = [name for name in PROGRAMS if not shutil.which(name, path=SEARCHED)]
    return f"not installed: {', '.join(absent)}" if absent else ""


def free_ports(count):
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def content(path):
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


class Slurm:
    """`nodes` nodes with one CPU each, named n1, n2 ..., in a partition named `all`."""

    def __init__(self, nodes=3, kill_wait=10, requeue_wait=5):
        self.nodes = [f"n{number}" for number in range(1, nodes + 1)]
        self.settings = {"kill_wait": kill_wait, "requeue_wait": requeue_wait}
        self.daemons = {}
        self.folder = self.guardian = None

    def __enter__(self):
        reason = missing()
        assert not reason, reason
        # A short name: the path of a socket may have no more than 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))
        # It waits for the end of its standard input.
        self.guardian = subprocess.Popen(
            [sys.executable, "-B", __file__, self.folder], stdin=subprocess.PIPE,
            start_new_session=True)
        try:
            self._start()
        except BaseException:
            log = self.log()
            self._stop()
            print(log)
            raise
        return self

    def __exit__(self, *_):
        self._stop()

    # Starting and stopping

    def _start(self):
        (self.folder / "state").mkdir()
        self.configuration = self.folder / "slurm.conf"
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("SLURM", "SBATCH"))}
        self.environment |= {"SLURM_CONF": str(self.configuration), "PATH": SEARCHED}
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        # Its user alone may enter the folder, which munged thinks little of, hence --force.
        self._spawn(
            "munged", "munged", "--foreground", "--force", f"--key-file={key}",
            f"--socket={self.folder}/munge.socket", f"--pid-file={self.folder}/munged.pid",
            f"--log-file={self.folder}/munged.log", f"--seed-file={self.folder}/munged.seed")
        self.wait_for((self.folder / "munge.socket").exists, 20)
        control_port, *ports = free_ports(1 + len(self.nodes))
        host = socket.gethostname().split(".")[0]
        lines = [CONFIGURATION.format(
            folder=self.folder, user=pwd.getpwuid(os.getuid()).pw_name, host=host,
            control_port=control_port, **self.settings)]
        for name, port in zip(self.nodes, ports):
            (self.folder / "nodes" / name).mkdir(parents=True)
            lines.append(
                f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1\n")
        lines.append(
            f"PartitionName=all Nodes={','.join(self.nodes)} Default=YES MaxTime=INFINITE State=UP\n")
        self.configuration.write_text("".join(lines))
        # Later ones look for cgroups also where nothing uses them, and fail without.
        if int(self.command("slurmctld", "-V").split()[1].split(".")[0]) >= 24:
            (self.folder / "cgroup.conf").write_text("CgroupPlugin=disabled\n")
        self._spawn("slurmctld", "slurmctld", "-D")
        for name in self.nodes:
            self.start_node(name)
        self.wait_for(lambda: set(self.node_states().values()) == {"IDLE"}, 60)

    def start_node(self, name):
        self._spawn(name, "slurmd", "-D", "-N", name)

    def _spawn(self, name, program, *words):
        """Starts a daemon."""
        words = [program, *words]
        if program != "munged":
            words += ["-f", str(self.configuration)]
        with open(self.folder / f"{name}.out", "ab") as output:
            self.daemons[name] = subprocess.Popen(
                words, env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True)

    def _stop(self):
        """Ends all that belongs to it, also what begins meanwhile, and removes the folder."""
        try:
            if "slurmctld" in self.daemons:
                # It alone has a child that waits for its end.
                self.daemons["slurmctld"].terminate()
                try:
                    self.daemons["slurmctld"].wait(5)
                except subprocess.TimeoutExpired:
                    pass
            self._kill(self.processes)
        finally:
            for daemon in self.daemons.values():
                daemon.kill()
                daemon.wait(20)
            shutil.rmtree(self.folder)
            if self.guardian:
                self.guardian.communicate(timeout=60)

    def _kill(self, found, limit=20):
        """SIGKILL to what `found` finds, until it finds nothing."""
        end = time.monotonic() + limit
        while numbers := found():
            assert time.monotonic() < end, f"processes that do not end: {numbers}"
            for number in numbers:
                try:
                    os.kill(number, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            for daemon in self.daemons.values():
                daemon.poll()
            time.sleep(0.05)

    # Nodes

    def processes(self, node=None):
        """The numbers of living processes of a node or of all: daemons by the files that they hold
        open, jobs by their environment, and what came from them."""
        folder = f"{self.folder / 'nodes' / node if node else self.folder}/"
        ours = f"SLURM_CONF={self.folder}/".encode()
        named = f"SLURMD_NODENAME={node}".encode()
        found, parents = set(), {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            state = content(entry / "stat").rpartition(b") ")[2].split()
            if not state or state[0] == b"Z":
                continue
            number = int(entry.name)
            parents[number] = int(state[1])
            words = content(entry / "environ").split(b"\0")
            try:
                files = [link(path) for path in (entry / "fd").iterdir()]
            except OSError:
                files = []
            if (any(word.startswith(ours) for word in words) and (not node or named in words)
                    or any(file.startswith(folder) for file in files)):
                found.add(number)
        if node and self.daemons[node].poll() is None:
            found.add(self.daemons[node].pid)
        while more := {number for number, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def kill_node(self, name):
        """The node loses its power: all its processes end at once, and it is set DOWN."""
        self._kill(lambda: self.processes(name))
        self.daemons[name].wait(20)
        self.command("scontrol", "update", f"nodename={name}", "state=down", "reason=killed")

    def return_node(self, name):
        """The node starts again."""
        self.start_node(name)
        self.command("scontrol", "update", f"nodename={name}", "state=resume")

    def node_states(self):
        """IDLE, ALLOCATED, DOWN ..., by name; without the marks, such as that of silence."""
        text = self.command("sinfo", "--noheader", "--Node", "--format=%N %T", check=False)
        pairs = (line.split() for line in text.splitlines())
        return {name: state.upper().rstrip("*~#!%$@^+-") for name, state in pairs}

    # Jobs

    def command(self, *words, check=True):
        """Runs sbatch, squeue, scontrol ... and hands back what it prints."""
        result = subprocess.run(
            [str(word) for word in words], env=self.environment, capture_output=True, text=True,
            timeout=60)
        assert not check or result.returncode == 0, f"{words}: {result.stderr}\n{self.log()}"
        return result.stdout

    def jobs(self, job=None):
        """What `scontrol show job` says, a dictionary for each job and each task of an array."""
        words = ["scontrol", "--oneliner", "show", "job", *([job] if job else [])]
        lines = self.command(*words, check=False).splitlines()
        found = [dict(word.partition("=")[::2] for word in line.split()) for line in lines]
        return [record for record in found if "JobId" in record]

    def running(self, job=None):
        """What runs, by node: JOB or JOB_TASK. (The number of an array's last task is that of the
        array as well, and would stand for all of it.)"""
        found = {}
        for record in self.jobs(job):
            if record["JobState"] == "RUNNING":
                parts = [record.get("ArrayJobId", record["JobId"]), record.get("ArrayTaskId")]
                found[record["NodeList"]] = "_".join(filter(None, parts))
        return found

    def requeue(self, job):
        self.command("scontrol", "requeue", job)

    def wait_for(self, condition, limit, step=0.2):
        """Waits until a condition holds, and hands back what it gave."""
        end = time.monotonic() + limit
        while not (value := condition()):
            dead = [name for name, daemon in self.daemons.items()
                    if daemon.poll() not in (None, -signal.SIGKILL)]
            assert not dead, f"{dead} ended\n{self.log()}"
            assert time.monotonic() < end, f"waited {limit} s in vain\n{self.log()}"
            time.sleep(step)
        return value

    def log(self):
        """The ends of the logs."""
        paths = [*self.folder.glob("*.log"), *self.folder.glob("nodes/*/*.log"),
                 *self.folder.glob("*.out")]
        parts = []
        for path in sorted(paths):
            count = 5 if path.suffix == ".out" else 25
            lines = content(path).decode("utf-8", "replace").splitlines()[-count:]
            parts += [f"-- {path.name}", *lines] if lines else []
        return "\n".join(parts)


if __name__ == "__main__":
    sys.stdin.read()
    left = Slurm()
    left.folder = Path(sys.argv[1])
    if left.folder.exists():
        left._stop()
