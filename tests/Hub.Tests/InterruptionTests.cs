using Microsoft.AspNetCore.Http;

namespace LmDeploy.Hub.Tests;

/// <summary>What happens between the first byte and the last.</summary>
public sealed class InterruptionTests
{
    private const int Piece = 1 << 20;

    [Fact]
    public async Task CancelledAnywhere_ItGoesOn_AndEndsWithTheSameBytes()
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files(bytes: 20 * Piece + 17);
        fixture.Hub.Add(HubFixture.Name, files);
        var random = new Random(11);
        for (var i = 0; i < 10; i++)
        {
            using var stop = new CancellationTokenSource();
            var end = fixture.Hub.Bytes + random.Next(1, 3 * Piece);
            fixture.Hub.OnBytes = (_, bytes) => bytes >= end ? stop.CancelAsync() : Task.CompletedTask;
            await Should.ThrowAsync<OperationCanceledException>(Model.DownloadAsync(HubFixture.Name, fixture.Options, cancellationToken: stop.Token));
            Model.Find(HubFixture.Name, fixture.Options).ShouldBeNull("what is not whole is no model");
        }

        fixture.Hub.OnBytes = (_, _) => Task.CompletedTask;
        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        File.ReadAllBytes(Path.Join(folder, "model.safetensors")).ShouldBe(files["model.safetensors"]);
        Directory.EnumerateFiles(Path.Join(fixture.Repository, "blobs"), "*lmdeploy*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Resumed_WhatCameDoesNotComeAgain()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files(bytes: 16 * Piece));
        using (var stop = new CancellationTokenSource())
        {
            fixture.Hub.OnBytes = (_, bytes) => bytes > 12 * Piece ? stop.CancelAsync() : Task.CompletedTask;
            await Should.ThrowAsync<OperationCanceledException>(Model.DownloadAsync(HubFixture.Name, fixture.Options, cancellationToken: stop.Token));
        }

        var before = fixture.Hub.Bytes;
        fixture.Hub.OnBytes = (_, _) => Task.CompletedTask;
        await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        (fixture.Hub.Bytes - before).ShouldBeLessThan(10 * Piece);
    }

    [Fact]
    public async Task CutConnections_AreMadeAgain()
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files(bytes: 8 * Piece);
        fixture.Hub.Add(HubFixture.Name, files);
        var cuts = 0;
        fixture.Hub.OnBytes = (context, bytes) =>
        {
            if (bytes > 2 * Piece && cuts < 5)
            {
                Interlocked.Increment(ref cuts);
                context.Abort();
            }

            return Task.CompletedTask;
        };

        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        File.ReadAllBytes(Path.Join(folder, "model.safetensors")).ShouldBe(files["model.safetensors"]);
        cuts.ShouldBe(5);
    }

    [Fact]
    public async Task TooManyRequests_WaitsAsLongAsTheHubSays()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());
        var refusals = 0;
        fixture.Hub.OnRequest = context =>
        {
            if (Interlocked.Increment(ref refusals) is not (1 or 5))
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "7";
            return Task.FromResult(true);
        };

        await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        fixture.Time.Waits.Count(wait => wait == TimeSpan.FromSeconds(7)).ShouldBe(2);
    }

    [Fact]
    public async Task Silence_IsGivenUp()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Time = new HurriedTime { HurriesReads = true };
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());
        fixture.Hub.OnRequest = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };

        var error = await Should.ThrowAsync<HubException>(Model.DownloadAsync(HubFixture.Name, fixture.Options));

        (error.Code, error.Message).ShouldBe(("download_failed", $"127.0.0.1 was silent for 30 s while {HubFixture.Name} was read."));
    }

    [Fact]
    public async Task WrongBytes_AreNoModel_AndTheMessageSaysWhich()
    {
        await using var fixture = await HubFixture.StartAsync();
        fixture.Hub.Add(HubFixture.Name, HubFixture.Files());
        fixture.Hub.OnContent = (_, content) => [.. content[..^1], (byte)(content[^1] ^ 1)];

        var error = await Should.ThrowAsync<HubException>(Model.DownloadAsync(HubFixture.Name, fixture.Options));

        error.Code.ShouldBe("download_failed");
        error.Message.ShouldStartWith("model.safetensors of org/small-model has the digest ");
        Model.Find(HubFixture.Name, fixture.Options).ShouldBeNull();
        fixture.Hub.OnContent = (_, content) => content;
        await Model.DownloadAsync(HubFixture.Name, fixture.Options);
    }

    /// <summary>A disk may lose what was written before a power cut, though the marks are there.</summary>
    [Fact]
    public async Task DamagedRemains_ComeAgain()
    {
        await using var fixture = await HubFixture.StartAsync();
        var files = HubFixture.Files(bytes: 8 * Piece);
        fixture.Hub.Add(HubFixture.Name, files);
        using (var stop = new CancellationTokenSource())
        {
            fixture.Hub.OnBytes = (_, bytes) => bytes > 6 * Piece ? stop.CancelAsync() : Task.CompletedTask;
            await Should.ThrowAsync<OperationCanceledException>(Model.DownloadAsync(HubFixture.Name, fixture.Options, cancellationToken: stop.Token));
        }

        var left = Directory.EnumerateFiles(Path.Join(fixture.Repository, "blobs"), "*.lmdeploy-incomplete").Single();
        File.WriteAllBytes(left, new byte[8 * Piece]);
        fixture.Hub.OnBytes = (_, _) => Task.CompletedTask;

        var folder = await Model.DownloadAsync(HubFixture.Name, fixture.Options);

        File.ReadAllBytes(Path.Join(folder, "model.safetensors")).ShouldBe(files["model.safetensors"]);
    }
}
