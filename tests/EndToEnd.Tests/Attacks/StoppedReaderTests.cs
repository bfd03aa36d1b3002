using System.IO.Pipes;
using System.Runtime.InteropServices;
using LmDeploy.EndToEnd.Tests.Processes;
using LmDeploy.EndToEnd.Tests.Serving;
using Microsoft.Win32.SafeHandles;

namespace LmDeploy.EndToEnd.Tests.Attacks;

/// <summary>Standard error that nobody reads, as that of a terminal after Ctrl-S.</summary>
public sealed partial class StoppedReaderTests
{
    private const int SetPipeSize = 1031; // F_SETPIPE_SZ
    private const int SmallestPipe = 4096;
    private const int Restarts = 6;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task FullPipe_KeepsNobodyFromLoadingReplacingOrEnding()
    {
        await using var server = await Server.StartAsync(new Sandbox(), [$"pebble={Repository.Pebble}"], process =>
            Control(((PipeStream)process.StandardError.BaseStream).SafePipeHandle, SetPipeSize, SmallestPipe).ShouldBe(SmallestPipe));

        // Each end and each start of a worker is a dozen lines.
        for (var round = 0; round < Restarts; round++)
        {
            var (status, body) = await server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""");
            status.ShouldBe(200, body.ToString());
            Signals.Kill(server.Sandbox.Workers.Single());
            (await server.PostAsync("/v1/completions", """{"model":"pebble","prompt":"a","max_tokens":1}""")).Status.ShouldBe(200);
            (await server.Http.DeleteAsync("/v1/pipelines/pebble?forget=false")).EnsureSuccessStatusCode();
        }

        (await server.EndAsync(Signals.Terminate).WaitAsync(Deadline)).ShouldBe(0);
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafePipeHandle pipe, int command, int argument);
}
