using LmDeploy.Supervisor.Configuration;
using LmDeploy.Supervisor.Hosting;
using LmDeploy.Supervisor.Native;

// Whoever starts a supervisor reads one line: `ready`, `already-running` or `failed MESSAGE`.
try
{
    Secrecy.Arm();
    var options = CommandLine.Parse(args);
    if (!options.Owned && options.ServeFile is null)
    {
        // Out of the starter's terminal and its signals. Fails, harmlessly, for the leader of a process group: then the user started it himself.
        _ = LibC.CreateSession();
        Environment.CurrentDirectory = "/";
    }

    await new SupervisorRun(options, TimeProvider.System).RunAsync(Console.WriteLine);
    return 0;
}
catch (Exception exception)
{
    Console.WriteLine($"failed {exception.Message.ReplaceLineEndings(" ")}");
    return 1;
}
