namespace LmDeploy.Cli.Benchmarks;

/// <summary>The reclaimed memory of one pipeline.</summary>
/// <param name="IsKilled">Whether its worker was killed rather than it disposed.</param>
/// <param name="Caller">From disposing, or killing, to the receipt in the caller's hands.</param>
/// <param name="Receipt">What the supervisor observed.</param>
/// <param name="LibTorch">The version that computed.</param>
internal sealed record ReclaimFigures(bool IsKilled, TimeSpan Caller, ReclaimReceipt Receipt, string LibTorch)
{
    public string Way => IsKilled ? "worker killed" : "disposed";
}
