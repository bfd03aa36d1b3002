using System.Text;
using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Tests.TestDoubles;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class IsolationTests
{
    private const string Secret = "xyzzy-plugh-4711";

    /// <summary>The shell itself is the worker: it lists what it was given, and nothing that a runtime opens.</summary>
    [Fact]
    public async Task Worker_InheritsThreePipes_WhateverTheStarterLeftOpen()
    {
        using var home = new TemporaryFolder();
        Directory.CreateDirectory(home.File("worker"));
        await File.WriteAllTextAsync(home.File("worker/lmdeploy-worker"), "#!/bin/sh\nls -l /proc/$$/fd > $LMDEPLOY_FAKE_MARKS/descriptors\nexit 3\n");
        File.SetUnixFileMode(home.File("worker/lmdeploy-worker"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var supervisor = await RealSupervisor.StartFromShellAsync($"exec 7</etc/hostname 8>{home.File("left-open")} 9</dev/zero", home.Path);
        using var holder = await supervisor.HoldAsync();
        await Should.ThrowAsync<RpcException>(holder.UntilReadyAsync());

        var targets = (await File.ReadAllLinesAsync(supervisor.Mark("descriptors")))
            .Select(line => line.Split(" -> "))
            .Where(parts => parts.Length == 2)
            .Select(parts => parts[1]);

        // The shell itself reads its script and writes this list.
        var inherited = targets.Where(target => Path.GetFileName(target) is not ("lmdeploy-worker" or "descriptors")).ToList();
        inherited.Count.ShouldBe(3, string.Join(", ", inherited));
        inherited.ShouldAllBe(target => target.StartsWith("pipe:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Supervisor_WritesNoCoreFile()
    {
        await using var supervisor = await RealSupervisor.StartAsync();

        var limit = (await File.ReadAllLinesAsync($"/proc/{supervisor.Process.Id}/limits"))
            .Single(line => line.StartsWith("Max core file size", StringComparison.Ordinal));

        limit.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4..6].ShouldBe(["0", "0"]);
    }

    /// <summary>A prompt that was answered, one that is answered and one that killed its worker.</summary>
    [Fact]
    public async Task Prompts_AreInNoListingNoLogAndNoError()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync(supervision: RealSupervisor.WithoutRestarts)).UntilReadyAsync();
        using var other = await (await supervisor.HoldAsync("other")).UntilReadyAsync();
        await GenerateAsync(supervisor, holder, $"{Secret} answered");
        await GenerateAsync(supervisor, other, $"{Secret} answered");
        using var running = supervisor.Pipelines.Generate(Ask(other, $"{Secret} linger"));
        await running.ResponseStream.MoveNext(CancellationToken.None).InTime();
        var seen = new StringBuilder();

        await CollectAsync(supervisor, seen);
        var failure = await Should.ThrowAsync<RpcException>(GenerateAsync(supervisor, holder, $"{Secret} poison").InTime());
        seen.Append(SupervisorException.From(failure).ShouldNotBeNull(failure.Message).Error);
        (await holder.RestAsync()).ForEach(holdEvent => seen.Append(holdEvent));
        var refused = await Should.ThrowAsync<RpcException>(
            async () => await supervisor.Pipelines.TokenizeAsync(new TokenizeRequest { Key = "guess", Prompts = { new Prompt { Text = Secret } } }));
        seen.Append(refused);
        await CollectAsync(supervisor, seen);

        var text = seen.ToString();
        text.ShouldContain("other", customMessage: "the listings are there");
        text.ShouldNotContain(Secret);
        text.ShouldNotContain(other.Ready.Key, customMessage: "the key is its holder's alone");
        text.ShouldNotContain(holder.Ready.Key);
        await File.WriteAllTextAsync(supervisor.Mark("go"), "");
    }

    [Fact]
    public async Task TokenOfAWorker_IsNotOnItsCommandLine()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var holder = await (await supervisor.HoldAsync()).UntilReadyAsync();

        var commandLine = (await File.ReadAllTextAsync($"/proc/{holder.Ready.WorkerPid}/cmdline")).Split('\0');

        // A token has 64 digits; its hash, of which half is shown, does not lead back to it.
        commandLine.ShouldAllBe(argument => argument.Length != 64 || !argument.All(char.IsAsciiHexDigit));
        commandLine.ShouldContain(WorkerRecord.Option);
        (await File.ReadAllTextAsync($"/proc/{holder.Ready.WorkerPid}/environ")).ShouldNotContain("A_SECRET");
    }

    private static async Task CollectAsync(RealSupervisor supervisor, StringBuilder seen)
    {
        var listing = await supervisor.Host.ListPipelinesAsync(new ListPipelinesRequest());
        seen.Append(listing).Append(await supervisor.Host.GetInfoAsync(new GetInfoRequest()));
        foreach (var pipeline in listing.Pipelines)
        {
            using var logs = supervisor.Host.ReadLogs(new ReadLogsRequest { Pipeline = pipeline.Id });
            await foreach (var line in logs.ResponseStream.ReadAllAsync())
            {
                seen.Append(line);
            }
        }

        foreach (var file in Directory.GetFiles(supervisor.Folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is not (".sock" or ".lock")))
        {
            seen.Append(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
        }
    }

    private static GenerateRequest Ask(Holder holder, string text) => new() { Key = holder.Ready.Key, Prompts = { new Prompt { Text = text } } };

    private static async Task GenerateAsync(RealSupervisor supervisor, Holder holder, string text)
    {
        using var call = supervisor.Pipelines.Generate(Ask(holder, text));
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
        }
    }
}
