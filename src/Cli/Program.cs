using LmDeploy.Cli;
using LmDeploy.Cli.Hosting;

using var interruption = new Interruption();
interruption.Listen();
var exitCode = await CommandLine.RunAsync(args, CliHost.Create(interruption), interruption.Token);
return exitCode == ExitCodes.Interrupted ? interruption.ExitCode : exitCode;
