using System.Runtime.InteropServices;
using LmDeploy.Cli;
using LmDeploy.Cli.Hosting;

using var cancellation = new CancellationTokenSource();
var interrupted = ExitCodes.Interrupted;
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var exitCode = await CommandLine.RunAsync(args, CliHost.Create(), cancellation.Token);
return exitCode == ExitCodes.Interrupted ? interrupted : exitCode;

void Stop(PosixSignalContext context)
{
    // The first signal ends what runs and gives its memory back; a second one ends this process at once.
    context.Cancel = !cancellation.IsCancellationRequested;
    interrupted = context.Signal == PosixSignal.SIGTERM ? ExitCodes.Terminated : ExitCodes.Interrupted;
    cancellation.Cancel();
}
