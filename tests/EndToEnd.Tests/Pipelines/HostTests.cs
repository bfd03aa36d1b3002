using LmDeploy.EndToEnd.Tests.Processes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LmDeploy.EndToEnd.Tests.Pipelines;

public sealed class HostTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Host_LoadsAnswersSurvivesACrashAndGivesEverythingBack()
    {
        await using var sandbox = new Sandbox();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["LmDeploy:LoadsAtOnce"] = "2",
            ["LmDeploy:Private:Home"] = Repository.Home,
            ["LmDeploy:Private:SocketPath"] = Path.Combine(sandbox.Folder, "s.sock"),
            ["LmDeploy:Pipelines:small:Model"] = Repository.Pebble,
            ["LmDeploy:Pipelines:good:Model"] = Repository.Boulder,
            ["LmDeploy:Pipelines:good:Engine:Device"] = "cpu",
        });
        builder.Services.AddLmDeployClient().AddPipelines(builder.Configuration);
        builder.Services.AddHealthChecks().AddLmDeploySupervisor().AddLmDeployPipeline("small").AddLmDeployPipeline("good");
        using var host = builder.Build();
        await host.StartAsync().WaitAsync(Deadline);
        var health = host.Services.GetRequiredService<HealthCheckService>();
        (await health.CheckHealthAsync()).Status.ShouldBe(HealthStatus.Healthy);
        var chat = host.Services.GetRequiredKeyedService<IChatClient>("good");
        (await chat.GetResponseAsync("What is 17 + 25?")).Text.ShouldBe("42");

        var pipeline = host.Services.GetRequiredKeyedService<Pipeline>("good");
        Signals.Kill(pipeline.WorkerPid);

        (await chat.GetResponseAsync("What is 17 + 25?").WaitAsync(Deadline)).Text.ShouldBe("42");
        var after = (await health.CheckHealthAsync()).Entries["lmdeploy-good"];
        after.Status.ShouldBe(HealthStatus.Healthy, after.Description);
        after.Data["restarts"].ShouldBe(1);
        await host.StopAsync().WaitAsync(Deadline);
        pipeline.Receipt.ShouldNotBeNull().Verdict.ShouldBe(ReclaimVerdict.Reclaimed);
        sandbox.Workers.ShouldBeEmpty();
    }
}
