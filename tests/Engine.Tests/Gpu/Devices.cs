using LmDeploy.Tests.Golden;

namespace LmDeploy.Engine.Tests.Gpu;

/// <summary>The devices of a test that runs on each; rows of the GPU have the category Gpu and are skipped as <see cref="GpuFactAttribute"/> says.</summary>
public static class Devices
{
    private const string Cpu = "cpu";
    private const string Cuda = "cuda";

    public static IEnumerable<TheoryDataRow<string>> All => [new(Cpu), OnGpu(new TheoryDataRow<string>(Cuda))];

    /// <summary>Every golden checkpoint on every device.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> AllGoldens => Of(GoldenModel.Names);

    /// <summary>One golden checkpoint for each architecture on every device.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> AllFamilies => Of(GoldenModel.Families);

    private static IEnumerable<TheoryDataRow<string, string>> Of(TheoryData<string> names) =>
        names.SelectMany(name => new[] { new TheoryDataRow<string, string>(name.Data, Cpu), OnGpu(new TheoryDataRow<string, string>(name.Data, Cuda)) });

    private static TRow OnGpu<TRow>(TRow row)
        where TRow : TheoryDataRowBase
    {
        (row.Skip, row.SkipType, row.SkipUnless) = (GpuHost.Missing, typeof(GpuHost), nameof(GpuHost.IsUsable));
        return row.WithTrait("Category", GpuHost.Category);
    }
}
