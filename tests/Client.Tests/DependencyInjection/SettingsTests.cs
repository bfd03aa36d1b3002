using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LmDeploy.Client.Tests.DependencyInjection;

public sealed class SettingsTests
{
    [Fact]
    public void Settings_ComeFromTheConfigurationAndThenFromCode()
    {
        using var services = Build(
            builder => builder.AddPipeline("qwen", options => options.Engine = options.Engine with { SessionLen = 64 }),
            ("LmDeploy:LoadsAtOnce", "3"),
            ("LmDeploy:Private:Home", "/opt/l"),
            ("LmDeploy:Private:StopTimeout", "00:00:07"),
            ("LmDeploy:Pipelines:qwen:Model", "/models/qwen"),
            ("LmDeploy:Pipelines:qwen:Engine:SessionLen", "128"),
            ("LmDeploy:Pipelines:qwen:engine:device", "cpu"),
            ("LmDeploy:Pipelines:qwen:Engine:Admission:MemoryLimit", "1073741824"),
            ("LmDeploy:Pipelines:qwen:Engine:CacheMaxEntryCount", "0.5"),
            ("LmDeploy:Pipelines:qwen:Embeddings:Normalize", "false"));

        var client = services.GetRequiredService<IOptions<LmDeployClientOptions>>().Value;
        client.LoadsAtOnce.ShouldBe(3);
        client.Private.ShouldBe(new SupervisorOptions { Home = "/opt/l", StopTimeout = TimeSpan.FromSeconds(7) });
        var qwen = services.GetRequiredService<IOptionsMonitor<LmDeployPipelineOptions>>().Get("qwen");
        qwen.Model.ShouldBe("/models/qwen");
        qwen.Engine.ShouldBe(
            new EngineConfig { SessionLen = 64, Device = EngineDevice.Cpu, Admission = new() { MemoryLimit = 1L << 30 }, CacheMaxEntryCount = 0.5 });
        qwen.Embeddings.ShouldBe(new EmbeddingOptions { Normalize = false });
    }

    [Fact]
    public void Settings_NeedNoConfiguration()
    {
        var collection = new ServiceCollection();
        collection.AddLmDeployClient().AddPipeline("qwen", options => options.Model = "m");
        using var services = collection.BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
        services.GetRequiredService<LmDeploy.Supervisor>().ShouldBeSameAs(LmDeploy.Supervisor.Shared);
    }

    [Fact]
    public void Server_IsOneOnAnotherHost()
    {
        using var services = Build(
            builder => builder.AddPipeline("qwen", options => options.Model = "qwen"),
            ("LmDeploy:Server", "https://gpu-host:23333"),
            ("LmDeploy:Remote:Key", "secret"));

        services.GetRequiredService<IStartupValidator>().Validate();
        services.GetRequiredService<LmDeploy.Supervisor>().IsRemote.ShouldBeTrue();
        services.GetRequiredService<IOptions<LmDeployClientOptions>>().Value.Remote.Key.ShouldBe("secret");
    }

    [Theory]
    [InlineData("http://gpu-host", "LmDeploy:Server must begin with https://, got http://gpu-host/.")]
    [InlineData("gpu-host", "LmDeploy:Server must be an address like https://gpu-host:23333, got \"gpu-host\".")]
    public void Server_ThatIsNone_IsNamed(string server, string problem)
    {
        using var services = Build(_ => { }, ("LmDeploy:Server", server));

        var error = Should.Throw<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate);
        error.Failures.ShouldBe([problem]);
    }

    [Fact]
    public void Places_OfTheSupervisorExcludeEachOther()
    {
        using var services = Build(_ => { }, ("LmDeploy:Server", "https://h"), ("LmDeploy:SocketPath", "/run/x.sock"));

        Should.Throw<OptionsValidationException>(services.GetRequiredService<IStartupValidator>().Validate)
            .Failures.ShouldBe(["LmDeploy:SocketPath and LmDeploy:Server exclude each other."]);
    }

    [Fact]
    public void Validate_SaysEverythingThatIsWrongWithItsPath()
    {
        using var services = Build(
            builder => builder.AddPipeline("qwen").AddPipeline("other"),
            ("LmDeploy:LoadsAtOnce", "0"),
            ("LmDeploy:LoadAtSart", "true"),
            ("LmDeploy:SocketPath", "/run/x.sock"),
            ("LmDeploy:Private:StandbyWorkers", "17"),
            ("LmDeploy:Pipelines:qwne:Model", "/models/qwen"),
            ("LmDeploy:Pipelines:qwen:Engine:SessionLen", "-1"),
            ("LmDeploy:Pipelines:qwen:Engine:Device", "tpu"),
            ("LmDeploy:Pipelines:qwen:Engine:Supervision:LoadTimeout", "30"),
            ("LmDeploy:Pipelines:qwen:Engine:Supervision:MaxRestarts", "many"),
            ("LmDeploy:Pipelines:qwen:Engine:MaxRestart", "1"),
            ("LmDeploy:Pipelines:qwen:Engine:Threads:Count", "1"),
            ("LmDeploy:Pipelines:other", "/models/other"));

        string[] errors = [.. Should.Throw<AggregateException>(services.GetRequiredService<IStartupValidator>().Validate)
            .InnerExceptions.Cast<OptionsValidationException>().SelectMany(e => e.Failures)];

        string[] expected =
        [
            "LmDeploy:LoadsAtOnce must be 1 to 64, got 0.",
            "LmDeploy:LoadAtSart is no setting; there are SocketPath, Private, Server, Remote, LoadAtStart, LoadsAtOnce.",
            "LmDeploy:SocketPath and LmDeploy:Private exclude each other.",
            "LmDeploy:Private:StandbyWorkers: StandbyWorkers must be 0 to 16, got 17.",
            "LmDeploy:Pipelines:qwne is no pipeline that was added; there are qwen, other.",
            "LmDeploy:Pipelines:qwen:Engine:SessionLen: SessionLen must be at least 1, got -1.",
            "LmDeploy:Pipelines:qwen:Engine:Device must be one of Auto, Cpu, Cuda, got \"tpu\".",
            "LmDeploy:Pipelines:qwen:Engine:Supervision:LoadTimeout must be a time as hh:mm:ss, got \"30\".",
            "LmDeploy:Pipelines:qwen:Engine:Supervision:MaxRestarts must be a whole number, got \"many\".",
            "LmDeploy:Pipelines:qwen:Engine:Threads takes one value and has no settings in it.",
            "LmDeploy:Pipelines:qwen:Model is missing: the path of a model folder.",
            "LmDeploy:Pipelines:other has settings in it and no value of its own, got \"/models/other\".",
            "LmDeploy:Pipelines:other:Model is missing: the path of a model folder.",
        ];
        errors.Where(
            error => !error.StartsWith(
                "LmDeploy:Pipelines:qwen:Engine:MaxRestart is no setting; there are ", StringComparison.Ordinal)).ShouldBe(expected, ignoreOrder: true);
        errors.Length.ShouldBe(expected.Length + 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a:b")]
    public void AddPipeline_RefusesNamesThatAreNoKeys(string name) =>
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddLmDeployClient().AddPipeline(name));

    private static ServiceProvider Build(Action<LmDeployClientBuilder> add, params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        add(services.AddLmDeployClient());
        return services.BuildServiceProvider();
    }
}
