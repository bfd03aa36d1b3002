using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Generation;
using LmDeploy.Engine.Settings;
using LmDeploy.Tests.Golden;
using LmDeploy.Tests.Torch;
using LmDeploy.Text.Errors;
using LmDeploy.V1;

namespace LmDeploy.Engine.Tests.Golden;

[Collection(TorchTests.Name)]
public sealed class MemoryLimitTests
{
    [Fact]
    public async Task ModelThatDoesNotFitIntoTheLimit_IsOutOfMemoryAndNamesIt()
    {
        var limits = new MemoryLimits(ResidentBytes: 64 << 20); // This process holds more than that already.

        var error = await Should.ThrowAsync<EngineException>(LoadAsync(new EngineConfig { Device = EngineDevice.Cpu }, limits));

        error.Code.ShouldBe(ErrorCodes.OutOfMemory);
        error.Subject.ShouldBe("memory_limit_bytes");
        error.Message.ShouldContain("memory_limit_bytes, 67108864");
    }

    [Fact]
    public async Task Cache_IsPlannedWithinTheLimit()
    {
        const long room = 48 << 20;
        var taken = long.MaxValue - AvailableMemory.BytesLeftOf(long.MaxValue);
        var config = new EngineConfig { Device = EngineDevice.Cpu, CacheMaxEntryCount = 1e5 };

        var error = await Should.ThrowAsync<EngineException>(LoadAsync(config, new MemoryLimits(ResidentBytes: taken + room)));

        error.Code.ShouldBe(ErrorCodes.OutOfMemory);
        error.Subject.ShouldBe("cache_max_entry_count");
    }

    /// <summary>Other tests of this process give memory back meanwhile, so it may take more than one look to see what was taken.</summary>
    [Fact]
    public void BytesLeftOf_CountsWhatThisProcessHolds()
    {
        const long limit = 1L << 40;
        const int taken = 512 << 20;
        Enumerable.Range(0, 10).Any(_ => Taken(limit, taken) > taken / 2).ShouldBeTrue("most of what was taken is counted");
        AvailableMemory.BytesLeftOf(1).ShouldBe(0);
    }

    /// <summary>Memory that is fresh from the system: an array might come to lie where this process held some before.</summary>
    private static unsafe long Taken(long limit, int bytes)
    {
        var before = AvailableMemory.BytesLeftOf(limit);
        var held = NativeMemory.Alloc((nuint)bytes);
        try
        {
            new Span<byte>(held, bytes).Fill(1);
            return before - AvailableMemory.BytesLeftOf(limit);
        }
        finally
        {
            NativeMemory.Free(held);
        }
    }

    private static async Task LoadAsync(EngineConfig config, MemoryLimits limits) =>
        (await TextModel.LoadAsync(Path.Combine(GoldenModel.Root, "llama3"), config, () => { }, null, (_, _) => { }, CancellationToken.None, limits)).Dispose();
}
