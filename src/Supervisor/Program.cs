using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Hosting;
using LmDeploy.Supervisor.Native;

// Whoever starts a supervisor reads one line: `ready`, `already-running` or `failed MESSAGE`. Users of `lmdeploy serve` read an error on standard error.
var serves = args.Contains("--serve");
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

    await new SupervisorRun(options, TimeProvider.System).RunAsync(line => Announce(Console.Out, line));
    return 0;
}
catch (Exception exception)
{
    Announce(serves ? Console.Error : Console.Out, serves ? StartFailure.ToUser(exception) : StartFailure.ToClient(exception));
    return serves ? StartFailure.ExitCodeOf(exception) : 1;
}

// Nobody may read it: a terminal that is stopped keeps what is written to it waiting.
static void Announce(TextWriter to, string line)
{
    var writing = new Thread(() => to.WriteLine(line)) { Name = "announcement", IsBackground = true };
    writing.Start();
    writing.Join(TimeSpan.FromSeconds(1));
}
