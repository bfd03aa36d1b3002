using Grpc.Core;
using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Tests.Functional;

public sealed class InspectionTests
{
    private static readonly string Pebble = Path.Combine(RealSupervisor.Root, "models/pebble");

    /// <summary>Less than any worker takes, in bytes.</summary>
    private const long Budget = 100L << 20;

    [Fact]
    public async Task InspectModel_SaysWhatAModelIsAndNeeds_WithoutAWorker()
    {
        await using var supervisor = await RealSupervisor.StartAsync("exit-before-ready");

        var found = await InspectAsync(supervisor, new OpenPipeline { Model = Pebble });

        found.Problems.ShouldBeEmpty();
        found.Architecture.ShouldBe("LlamaForCausalLM");
        var part = found.Parts.ShouldHaveSingleItem();
        (part.Part, part.Form).ShouldBe(("model", ComputeForm.Operators));
        part.Reason.ShouldContain("CUDA");
        found.Memory.Device.ShouldBe("the host");
        found.Memory.FitsNow.ShouldBeTrue();
        found.Memory.LeastBytes.ShouldBeInRange(found.Memory.FixedBytes, found.Memory.MostBytes);
        supervisor.WorkerFolders().ShouldBeEmpty();
    }

    [Fact]
    public async Task InspectModel_OfABrokenFolder_HasTheErrorThatALoadGets()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var folder = new TemporaryFolder();

        var found = await InspectAsync(supervisor, new OpenPipeline { Model = folder.Path });

        using var holder = await supervisor.HoldAsync(new OpenPipeline { Model = folder.Path });
        var refused = await Should.ThrowAsync<RpcException>(holder.RestAsync());
        found.Problems[0].ShouldBe(SupervisorException.From(refused)?.Error);
        found.Problems.Select(problem => problem.Code).ShouldBe([ErrorCodes.InvalidConfig, ErrorCodes.InvalidTokenizer]);
    }

    [Fact]
    public async Task InspectModel_OfSeveralFaults_HasTheErrorThatALoadGetsFirst()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(Pebble, file), folder.File(file));
        }

        File.WriteAllText(folder.File("generation_config.json"), "{");
        File.WriteAllText(folder.File("chat_template.jinja"), "{% for %}");
        var open = new OpenPipeline { Model = folder.Path, Engine = new EngineConfig { SessionLen = 5000 } };

        var found = await InspectAsync(supervisor, open);

        using var holder = await supervisor.HoldAsync(open);
        var refused = await Should.ThrowAsync<RpcException>(holder.RestAsync());
        found.Problems[0].ShouldBe(SupervisorException.From(refused)?.Error);
        found.Problems.Select(problem => problem.Code).ShouldBe(
            [ErrorCodes.InvalidTokenizer, ErrorCodes.InvalidConfig, ErrorCodes.InvalidConfig, ErrorCodes.InvalidTemplate]);
    }

    [Fact]
    public async Task InspectModel_OfALongName_IsCutAsTheErrorOfALoadIs()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), $$"""{"architectures": ["{{new string('é', 1 << 20)}}"]}""");
        var open = new OpenPipeline { Model = folder.Path };

        var found = await InspectAsync(supervisor, open);

        using var holder = await supervisor.HoldAsync(open);
        var refused = await Should.ThrowAsync<RpcException>(holder.RestAsync());
        SupervisorException.From(refused)?.Error.Code.ShouldBe(ErrorCodes.UnsupportedArchitecture);
        found.Problems[0].ShouldBe(SupervisorException.From(refused)?.Error);
        found.Problems[0].Message.Length.ShouldBe(2048);
    }

    [Fact]
    public async Task InspectModel_ThatIsCancelled_LeavesTheTurnToOthers()
    {
        await using var supervisor = await RealSupervisor.StartAsync();
        for (var round = 0; round < 40; round++)
        {
            using var call = supervisor.Host.InspectModelAsync(new InspectModelRequest { Open = new OpenPipeline { Model = Pebble } });
        }

        (await InspectAsync(supervisor, new OpenPipeline { Model = Pebble })).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task InspectModel_OfAModelThatIsTooLarge_SaysThatItNeverFits()
    {
        await using var supervisor = await RealSupervisor.StartAsync("", null, "--host-memory", $"{Budget}");

        var found = await InspectAsync(supervisor, new OpenPipeline { Model = Pebble });

        found.Problems.ShouldHaveSingleItem().Code.ShouldBe(ErrorCodes.InsufficientMemory);
        (found.Memory.FitsNow, found.Memory.TotalBytes).ShouldBe((false, Budget));
    }

    [Fact]
    public async Task InspectModel_OfARelativePath_IsRefused()
    {
        await using var supervisor = await RealSupervisor.StartAsync();

        var error = await Should.ThrowAsync<RpcException>(InspectAsync(supervisor, new OpenPipeline { Model = "models/pebble" }));

        error.StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    private static async Task<ModelInspection> InspectAsync(RealSupervisor supervisor, OpenPipeline open) =>
        (await supervisor.Host.InspectModelAsync(new InspectModelRequest { Open = open }).ResponseAsync.InTime()).Inspection;
}
