using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Hosting;
using LmDeploy.Supervisor.Native;

// Whoever starts a supervisor reads one line: `ready`, `already-running` or `failed MESSAGE`.
try
{
    Secrecy.Arm();
    var options = CommandLine.Parse(args);
    if (!options.Owned && options.ServeHandover is null)
    {
        // Out of the starter's terminal and its signals. Fails, harmlessly, for the leader of a process group: then the user started it himself.
        _ = LibC.CreateSession();
        Environment.CurrentDirectory = "/";
    }

    await new SupervisorRun(options, TimeProvider.System).RunAsync(Announce);
    return 0;
}
catch (Exception exception)
{
    Announce($"failed {exception.Message.ReplaceLineEndings(" ")}");
    return 1;
}

// Nobody may read it: a terminal that is stopped keeps what is written to it waiting.
static void Announce(string line)
{
    var writing = new Thread(() => Console.WriteLine(line)) { Name = "announcement", IsBackground = true };
    writing.Start();
    writing.Join(TimeSpan.FromSeconds(1));
}
