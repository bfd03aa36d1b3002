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
        { "LoadTimeout", c => c with { LoadTimeout = TimeSpan.Zero } },
        { "LoadTimeout", c => c with { LoadTimeout = TimeSpan.FromDays(2) } },
        { "StopGrace", c => c with { StopGrace = TimeSpan.FromMilliseconds(-1) } },
        { "StopGrace", c => c with { StopGrace = TimeSpan.FromDays(2) } },
        { "MaxRestarts", c => c with { MaxRestarts = -1 } },
        { "RestartWindow", c => c with { RestartWindow = TimeSpan.Zero } },
        { "HangTimeout", c => c with { HangTimeout = TimeSpan.FromMilliseconds(999) } },
        { "MemoryLimit", c => c with { MemoryLimit = 1 << 20 } },
        { "AdmissionTimeout", c => c with { AdmissionTimeout = TimeSpan.FromSeconds(-1) } },
        { "PoisonTtl", c => c with { PoisonTtl = TimeSpan.FromDays(2) } },
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
        open.Engine.Device.ShouldBe("cuda");
        open.Engine.Dtype.ShouldBe("bfloat16");
        open.Engine.HasSessionLen.ShouldBeFalse();
        open.Engine.HasMaxBatchSize.ShouldBeFalse();
        open.Engine.HasThreads.ShouldBeFalse();
        open.Engine.StopGraceMs.ShouldBe(100);
        open.Engine.MaxRestarts.ShouldBe(5);
        open.Engine.RestartWindowMs.ShouldBe(60_000);
        open.Engine.LoadTimeoutMs.ShouldBe(600_000);
        open.Engine.HangTimeoutMs.ShouldBe(60_000);
        open.Engine.HasMemoryLimitBytes.ShouldBeFalse();
        open.Engine.AdmissionTimeoutMs.ShouldBe(30_000);
        open.Engine.PoisonTtlMs.ShouldBe(600_000);
    }

    [Theory]
    [InlineData(LoadFormat.Auto, "auto")]
    [InlineData(LoadFormat.Dummy, "dummy")]
    public void ToOpen_NamesTheLoadFormat(LoadFormat format, string expected)
        => new EngineConfig { LoadFormat = format }.ToOpen("/m").Engine.LoadFormat.ShouldBe(expected);

    [Fact]
    public void ToOpen_ZeroTurnsTheHangWatchOff() => new EngineConfig { HangTimeout = TimeSpan.Zero }.ToOpen("/m").Engine.HangTimeoutMs.ShouldBe(0);

    [Fact]
    public void ToOpen_RefusesTextWithoutUtf8()
        => Should.Throw<ArgumentException>(() => new EngineConfig { ChatTemplate = "\ud800" }.ToOpen("/m")).Message.ShouldContain("ChatTemplate");
}
