using System.Text.Json;
using LmDeploy.Loading;

namespace LmDeploy.Client.Tests.Loading;

public sealed class EngineConfigTests
{
    public static TheoryData<string, Func<EngineConfig, EngineConfig>> OutOfRange => new()
    {
        { "Device", c => c with { Device = (EngineDevice)7 } },
        { "Dtype", c => c with { Dtype = (EngineDtype)(-1) } },
        { "LoadFormat", c => c with { LoadFormat = (LoadFormat)2 } },
        { "SessionLen", c => c with { SessionLen = 0 } },
        { "MaxBatchSize", c => c with { MaxBatchSize = 0 } },
        { "MaxPrefillTokenNum", c => c with { MaxPrefillTokenNum = 0 } },
        { "CacheBlockSeqLen", c => c with { CacheBlockSeqLen = -4 } },
        { "CacheMaxEntryCount", c => c with { CacheMaxEntryCount = 0 } },
        { "Threads", c => c with { Threads = 0 } },
        { "LoadTimeout", c => c with { Supervision = new() { LoadTimeout = TimeSpan.Zero } } },
        { "LoadTimeout", c => c with { Supervision = new() { LoadTimeout = TimeSpan.FromDays(2) } } },
        { "StopGrace", c => c with { Supervision = new() { StopGrace = TimeSpan.FromMilliseconds(-1) } } },
        { "StopGrace", c => c with { Supervision = new() { StopGrace = TimeSpan.FromDays(2) } } },
        { "MaxRestarts", c => c with { Supervision = new() { MaxRestarts = -1 } } },
        { "RestartWindow", c => c with { Supervision = new() { RestartWindow = TimeSpan.Zero } } },
        { "HangTimeout", c => c with { Supervision = new() { HangTimeout = TimeSpan.FromMilliseconds(999) } } },
        { "MemoryLimit", c => c with { Admission = new() { MemoryLimit = 1 << 20 } } },
        { "Timeout", c => c with { Admission = new() { Timeout = TimeSpan.FromSeconds(-1) } } },
        { "PoisonTtl", c => c with { Supervision = new() { PoisonTtl = TimeSpan.FromDays(2) } } },
        { "CloseTimeout", c => c with { CloseTimeout = Timeout.InfiniteTimeSpan } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void With_OutOfRangeNamesTheMember(string member, Func<EngineConfig, EngineConfig> change)
        => Should.Throw<ArgumentOutOfRangeException>(() => change(new EngineConfig())).ParamName.ShouldBe(member);

    [Fact]
    public void ToOpen_LeavesTheModelsOwnUnset()
    {
        var open = new EngineConfig { Device = EngineDevice.Cuda, Dtype = EngineDtype.BFloat16 }.ToOpen("/m");
        open.Model.ShouldBe("/m");
        open.Engine.Device.ShouldBe(V1.EngineDevice.Cuda);
        open.Engine.Dtype.ShouldBe(V1.EngineDtype.Bfloat16);
        open.Engine.HasSessionLen.ShouldBeFalse();
        open.Engine.HasMaxBatchSize.ShouldBeFalse();
        open.Engine.HasThreads.ShouldBeFalse();
        open.Supervision.StopGrace.ToTimeSpan().ShouldBe(TimeSpan.FromMilliseconds(100));
        open.Supervision.MaxRestarts.ShouldBe(5);
        open.Supervision.RestartWindow.ToTimeSpan().ShouldBe(TimeSpan.FromMinutes(1));
        open.Supervision.LoadTimeout.ToTimeSpan().ShouldBe(TimeSpan.FromMinutes(10));
        open.Supervision.HangTimeout.ToTimeSpan().ShouldBe(TimeSpan.FromMinutes(1));
        open.Supervision.PoisonTtl.ToTimeSpan().ShouldBe(TimeSpan.FromMinutes(10));
        open.Admission.HasMemoryLimitBytes.ShouldBeFalse();
        open.Admission.Timeout.ToTimeSpan().ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void ToOpen_ZeroTurnsTheHangWatchOff()
        => new EngineConfig { Supervision = new() { HangTimeout = TimeSpan.Zero } }.ToOpen("/m").Supervision.HangTimeout.ToTimeSpan().ShouldBe(TimeSpan.Zero);

    [Fact]
    public void ToJson_IsReadBackAsTheSame()
    {
        var config = new EngineConfig
        {
            SessionLen = 64,
            Supervision = new() { LoadTimeout = TimeSpan.FromMilliseconds(1500.5), MaxRestarts = 2 },
            Admission = new() { Timeout = TimeSpan.Zero, MemoryLimit = 1L << 40 },
        };
        var read = new V1.OpenPipeline { Model = "/m" };
        using var json = JsonDocument.Parse(config.ToJson());
        json.RootElement.GetProperty("load_timeout_ms").GetDouble().ShouldBe(1500.5);
        V1.EngineFields.Read(json.RootElement, read);
        read.ShouldBe(config.ToOpen("/m"));
    }

    [Fact]
    public void ToJson_HasWords()
    {
        var config = new EngineConfig
        {
            Device = EngineDevice.Cpu,
            Dtype = EngineDtype.BFloat16,
            LoadFormat = LoadFormat.Dummy,
            ModelGenerationConfig = ModelGenerationConfig.None,
        };
        using var json = JsonDocument.Parse(config.ToJson());
        new[]
        {
            "device",
            "dtype",
            "load_format",
            "generation_config",
        }.Select(name => json.RootElement.GetProperty(name).GetString()).ShouldBe(["cpu", "bfloat16", "dummy", "none"]);
        var read = new V1.OpenPipeline { Model = "/m" };
        V1.EngineFields.Read(json.RootElement, read);
        read.ShouldBe(config.ToOpen("/m"));
    }

    [Theory]
    [InlineData("""{"device":"cpu"}""", 2)]
    [InlineData("""{"device":""}""", 0)]
    [InlineData("""{"device":null}""", 0)]
    [InlineData("""{"device":"cpu","device":"cuda"}""", 3)]
    public void EngineFields_ReadWords(string fields, int expected)
    {
        using var json = JsonDocument.Parse(fields);
        var read = new V1.OpenPipeline();
        V1.EngineFields.Read(json.RootElement, read);
        ((int)read.Engine.Device).ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"dtype":"int8"}""", "dtype", "dtype must be auto, float32, bfloat16 or float16, got 'int8'.")]
    [InlineData("""{"device":"cuda:0"}""", "device", "device must be auto, cpu or cuda, got 'cuda:0'.")]
    [InlineData("""{"device":"ENGINE_DEVICE_CPU"}""", "device", "device must be auto, cpu or cuda, got 'ENGINE_DEVICE_CPU'.")]
    [InlineData("""{"loadFormat":"pt"}""", "loadFormat", "loadFormat must be auto or dummy, got 'pt'.")]
    [InlineData("""{"generation_config":"vllm"}""", "generation_config", "generation_config must be auto or none, got 'vllm'.")]
    public void EngineFields_ListTheWordsForOneThatIsUnknown(string fields, string setting, string message)
    {
        using var json = JsonDocument.Parse(fields);
        var problem = Should.Throw<V1.UnknownWordException>(() => V1.EngineFields.Read(json.RootElement, new V1.OpenPipeline()));
        (problem.Setting, problem.Message).ShouldBe((setting, message));
    }

    [Theory]
    [InlineData("""{"dtype":2}""", "dtype")]
    [InlineData("""{"load_timeout_ms":"soon"}""", "load_timeout_ms")]
    [InlineData("""{"max_restarts":1.5}""", "max_restarts")]
    [InlineData("""{"sesion_len":64}""", "sesion_len")]
    [InlineData("""{"hang_timeout_ms":1e20}""", "hang_timeout_ms")]
    public void EngineFields_NameWhatCannotBeRead(string fields, string named)
    {
        using var json = JsonDocument.Parse(fields);
        Should.Throw<FormatException>(() => V1.EngineFields.Read(json.RootElement, new V1.OpenPipeline())).Message.ShouldContain(named);
    }

    [Fact]
    public void ToOpen_RefusesTextWithoutUtf8()
        => Should.Throw<ArgumentException>(() => new EngineConfig { ChatTemplate = "\ud800" }.ToOpen("/m")).Message.ShouldContain("ChatTemplate");
}
